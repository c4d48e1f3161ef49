/** How English counts. */
const NUMBER = new Intl.NumberFormat("en");

/** `counted(2, "phone")` is "2 phones"; `counted(2, "company", "companies")`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}
