/** Groups in words. */
import { shown } from "$lib/format/shown";
import { exact, hour } from "$lib/format/times";
import type { Tone } from "$lib/format/words";
import { language, t } from "$lib/texts";
import { EVERYONE, type Found, type Group, pauseOf, pauseOfAll, type Phone } from "./found";

const DAY = 86_400;

export const groupName = (name: string): string => (name === EVERYONE ? t.shared.everyone : shown(name));

export const groupOf = (name: string): string => `/groups/${encodeURIComponent(name)}`;

/** "Strict, only watched" */
export const treatmentSaid = ({ profile, mode }: Pick<Group, "profile" | "mode">): string =>
  t.words.profiles[profile] + (mode === "observe" ? `, ${t.groups.what.observe}` : "");

/** "06:30", with its day unless that is soon. */
export const untilSaid = (time: number, now: number): string =>
  t.groups.untilTime(time - now < DAY ? hour(time) : exact(time));

export interface Now {
  state: "stops" | "watches" | "everything" | "nothing" | "paused";
  text: string;
  tone: Tone;
  /** Unix seconds at which that ends; 0 where nothing ends. */
  until: number;
}

/** What holds for a group at this moment: pauses, its schedule, else what is set. */
export function nowOf(group: Group, pauses: Found["pauses"]): Now {
  const { now } = group;
  const pause = pauseOfAll(pauses) ?? pauseOf(pauses, group.name);
  if (pause) return { state: "paused", text: t.words.states.paused, tone: "warn", until: pause.until };
  const until = now.schedule ? now.until : 0;
  if (now.paused) return { state: "nothing", text: t.groups.what.pause, tone: "warn", until };
  if (now.mode === "observe") return { state: "watches", text: t.groups.what.observe, tone: "warn", until };
  if (now.blocks_everything)
    return { state: "everything", text: t.groups.what.everything, tone: "stop", until };
  return { state: "stops", text: t.words.profiles[now.profile], tone: "plain", until };
}

/** When what holds now changes by itself next, in Unix seconds; 0 for not at all. */
export function nextChange({ groups, pauses }: Pick<Found, "groups" | "pauses">, now: number): number {
  const times = [...pauses, ...groups.map((group) => group.now)].map(({ until }) => until);
  const coming = times.filter((time) => time > now);
  return coming.length ? Math.min(...coming) : 0;
}

/** How many phones are in each group. */
export function membersOf(phones: readonly Phone[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { group } of phones) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}

/** "a, b and c" */
export function named(names: readonly string[]): string {
  if (names.length > 3) return t.groups.many(names.length);
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names.map(groupName));
}

/** What a person wants to know first: where nothing is stopped. */
export function opening(found: Found): { text: string; groups: string; tone: Tone } {
  const say = t.groups;
  if (pauseOfAll(found.pauses)) return { text: say.pausedAll, groups: "", tone: "warn" };
  const paused = found.groups.filter(({ name, now }) => pauseOf(found.pauses, name) || now.paused);
  if (paused.length) {
    const text = paused.length > 1 ? say.pausedMany : say.paused;
    return { text, groups: named(paused.map(({ name }) => name)), tone: "warn" };
  }
  const watching = found.groups.filter(({ now }) => now.mode === "observe");
  if (watching.length) {
    const text = watching.length > 1 ? say.onlyWatchMany : say.onlyWatch;
    return { text, groups: named(watching.map(({ name }) => name)), tone: "warn" };
  }
  return { text: found.groups.length > 1 ? say.allStop : say.stopped, groups: "", tone: "pass" };
}
