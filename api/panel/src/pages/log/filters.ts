/** Which rows are wanted: the query of the address, which is that of /v1/log. */

/** What can be asked for, in the order in which it is shown. All but the last four may be given more than once. */
const FIELDS = [
  "action",
  "device",
  "name",
  "company",
  "purpose",
  "country",
  "type",
  "channel",
  "address",
  "layer",
  "list",
  "rule",
  "line",
  "since",
  "until",
] as const;

export type Field = (typeof FIELDS)[number];

export interface Filter {
  field: Field;
  value: string;
}

/** Where nothing is known, the log has an empty word, and can be asked for it. */
const NOTHING_KNOWN: readonly Field[] = ["company", "purpose", "country"];
const SINGLE: readonly Field[] = ["rule", "line", "since", "until"];

export function isField(word: string): word is Field {
  return (FIELDS as readonly string[]).includes(word);
}

/** The filters of an address; what is none (the opened row) is left out. */
export function filtersOf(query: URLSearchParams): Filter[] {
  return FIELDS.flatMap((field) => {
    const values = [...new Set(query.getAll(field))].filter(
      (value) => value !== "" || NOTHING_KNOWN.includes(field),
    );
    return (SINGLE.includes(field) ? values.slice(-1) : values).map((value) => ({ field, value }));
  });
}

export function valuesOf(filters: readonly Filter[], field: Field): string[] {
  return filters.filter((one) => one.field === field).map((one) => one.value);
}

/** The address's query with these filters instead of its own. What else stands in it stays. */
export function queryWith(query: URLSearchParams, filters: readonly Filter[]): URLSearchParams {
  const made = new URLSearchParams();
  for (const { field, value } of filters) made.append(field, value);
  for (const [key, value] of query) if (!isField(key)) made.append(key, value);
  return made;
}

/** With this one too. Of what there is one of, it takes the place of the other. */
export function added(filters: readonly Filter[], more: readonly Filter[]): Filter[] {
  let made = [...filters];
  for (const one of more) {
    if (SINGLE.includes(one.field)) made = made.filter(({ field }) => field !== one.field);
    if (!made.some(({ field, value }) => field === one.field && value === one.value)) made.push(one);
  }
  return made;
}

export function without(filters: readonly Filter[], gone: Filter): Filter[] {
  return filters.filter(({ field, value }) => field !== gone.field || value !== gone.value);
}

/** As the parameters of a request. */
export function asked(filters: readonly Filter[]): URLSearchParams {
  return queryWith(new URLSearchParams(), filters);
}

/** Seconds of a time in an address: "1763800000" or "2026-11-22T10:00:00Z"; NaN for neither. A time without a zone
 * is UTC, as the box reads it. */
export function moment(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes("T") ? value : `${value}Z`;
  return Date.parse(zoned) / 1000;
}

/** Do the statistics know a sum of these rows? They are kept by phone, outcome and company. */
export function isSummed(filters: readonly Filter[]): boolean {
  return filters.every(({ field }) => ["device", "action", "company", "since", "until"].includes(field));
}

/** Unix seconds as a field for a local date and time takes them; empty for none. */
export function local(at: number): string {
  if (!Number.isFinite(at)) return "";
  const date = new Date(at * 1000);
  return new Date((at - date.getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 19);
}
