/** What of the page is in its address: filters, the order, the rule that is open. */
import { router } from "$lib/routing/router.svelte";

export const SORTS = ["-id", "id", "text", "-text", "-changed", "expires"] as const;
export const STATES = ["", "on", "off", "ending"] as const;
const WEEK = 7 * 86400;

export type Sort = (typeof SORTS)[number];

/** This page's address with other words in its query; undefined takes one out. */
export function withQuery(words: Record<string, string | undefined>): string {
  const query = new URLSearchParams(router.query);
  for (const [key, word] of Object.entries(words)) {
    if (word === undefined) query.delete(key);
    else query.set(key, word);
  }
  const text = query.toString();
  return router.path + (text ? `?${text}` : "");
}

/** Show the page with these words in its address; an empty one is taken out. */
export function put(words: Record<string, string | undefined>): void {
  const kept = Object.entries(words).map(([key, word]) => [key, word === "" ? undefined : word] as const);
  router.go(withQuery(Object.fromEntries(kept)), { replace: true });
}

/** What the API is asked for, by the words of an address. Those it would refuse are left aside. */
export function asked(query: URLSearchParams) {
  const state = query.get("state") ?? "";
  const origin = query.get("origin");
  const sort = SORTS.find((one) => one === query.get("sort")) ?? "-id";
  return {
    q: (query.get("q") ?? "").slice(0, 200) || undefined,
    group: (query.get("group") ?? "").slice(0, 64) || undefined,
    tag: (query.get("tag") ?? "").slice(0, 64) || undefined,
    enabled: state === "on" ? true : state === "off" ? false : undefined,
    expires_within: state === "ending" ? WEEK : undefined,
    origin: origin === "own" ? "" : origin ? origin.slice(0, 100) : undefined,
    sort,
  };
}

/** Is anything looked for? */
export const filtered = (query: URLSearchParams): boolean =>
  ["q", "group", "tag", "state", "origin"].some((key) => query.get(key));
