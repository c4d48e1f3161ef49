/** How often an entry's names were asked for, and where their rows are. */
import { PROFILES, type Profile } from "$lib/format/profiles";

interface Entry {
  pattern: string;
  match: string;
}

/** Does the entry cover the name? A glob's `*` is anything. */
export function covers({ pattern, match }: Entry, name: string): boolean {
  const [wanted, asked] = [pattern.toLowerCase(), name.toLowerCase()];
  if (match === "exact") return asked === wanted;
  if (match === "suffix") return asked === wanted || asked.endsWith(`.${wanted}`);
  const pieces = wanted.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pieces.join(".*")}$`).test(asked);
}

/** The names' counts together. */
export function countOf(entry: Entry, asked: readonly { value: string; count: number }[]): number {
  return asked.reduce((sum, one) => sum + (covers(entry, one.value) ? one.count : 0), 0);
}

/** The rows of the log of all names that it covers. */
export function rowsOf({ pattern, match }: Entry, since?: number): string {
  const query = new URLSearchParams();
  query.append("name", pattern);
  if (match === "suffix") query.append("name", `*.${pattern}`);
  if (since !== undefined) query.set("since", `${since}`);
  return `/log?${query.toString()}`;
}

/** The entry as the rule editor takes it: a name, or a pattern as it is written in rules. */
export function typedOf({ pattern, match }: Entry, allow: boolean): string {
  if (match === "glob") return `${allow ? "@@" : ""}|${pattern}^`;
  return pattern;
}

/** What each profile does with an entry whose first profile to stop it is `first`. */
export function fates(first: string): { profile: Profile; stops: boolean }[] {
  const from = PROFILES.findIndex((profile) => profile === first);
  return PROFILES.map((profile, at) => ({ profile, stops: from >= 0 && at >= from }));
}
