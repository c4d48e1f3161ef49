/** Addresses of the panel's pages that others lead to. */

/** What `/v1/log` filters by. What is undefined or an empty list does not limit. */
export type LogFilters = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** The rows of the log behind a number. */
export function logOf(filters: LogFilters): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filters)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(key, String(one));
  }
  const text = query.toString();
  return text ? `/log?${text}` : "/log";
}

/** The page of one phone, by its key. */
export function phoneOf(key: string): string {
  return `/phones/${encodeURIComponent(key)}`;
}
