/** How English counts. */
import { lazily } from "$lib/format/lazily";

const NUMBER = lazily(() => new Intl.NumberFormat("en"));

/** "12,345". Not toLocaleString, which makes a formatter anew each time: rows of a live log are drawn by the hundred. */
export function digits(count: number): string {
  return NUMBER().format(count);
}

/** `counted(2, "phone")` is "2 phones"; `counted(2, "company", "companies")`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${digits(count)} ${count === 1 ? one : many}`;
}
