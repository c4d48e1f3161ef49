/** Schedules in words, and as a picture of the week. */
import type { Schemas } from "$lib/api/client";
import { t } from "$lib/texts";

export type Day = Schemas["Day"];
/** One time of a schedule, as far as it can be told. */
export type Window = Pick<Schemas["WindowModel"], "start" | "end" | "days" | "profile" | "mode"> & {
  block: string;
  pause: boolean;
};

export const WEEK: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const DAY_MINUTES = 24 * 60;

/** "21:30" as minutes; undefined for what is no time. */
export function minutes(clock: string): number | undefined {
  const found = /^(\d\d):(\d\d)$/.exec(clock);
  if (!found) return undefined;
  const value = Number(found[1]) * 60 + Number(found[2]);
  return value <= DAY_MINUTES ? value : undefined;
}

/** "school days", "Mon, Wed", "Thu to Sun". */
function daysSaid(days: readonly Day[]): string {
  const say = t.groups;
  const chosen = WEEK.filter((day) => days.includes(day));
  const key = chosen.join();
  if (!chosen.length) return say.noDay;
  if (chosen.length === 7) return say.everyDay;
  if (key === "mon,tue,wed,thu,fri") return say.schoolDays;
  if (key === "sat,sun") return say.weekends;
  const [first, last] = [chosen[0], chosen.at(-1)] as [Day, Day];
  if (chosen.length === 1) return say.days[first];
  const inRow = WEEK.indexOf(last) - WEEK.indexOf(first) === chosen.length - 1;
  if (inRow && chosen.length > 2) return say.fromDayTo(say.daysShort[first], say.daysShort[last]);
  return chosen.map((day) => say.daysShort[day]).join(", ");
}

/** "21:00–06:00": past midnight where the end is not after the start. */
function timesSaid(start: string, end: string): string {
  if (start === "00:00" && end === "24:00") return t.groups.wholeDay;
  return `${start}–${end === "24:00" ? "00:00" : end}`;
}

/** "Strict, only watched". */
export function whatSaid(window: Pick<Window, "profile" | "mode" | "block" | "pause">): string {
  const say = t.groups.what;
  if (window.pause) return say.pause;
  const parts = [
    window.block === "everything" && say.everything,
    window.profile && t.words.profiles[window.profile],
    window.mode && say[window.mode],
  ].filter(Boolean);
  return parts.join(", ") || say.nothing;
}

/** "school days 21:00–06:00: Strict" */
export function windowSaid(window: Window): string {
  return t.groups.window(daysSaid(window.days), timesSaid(window.start, window.end), whatSaid(window));
}

/** Its colour: where everything is stopped, where nothing is, and the rest. */
export function toneOf(
  window: Pick<Window, "mode" | "block" | "pause"> | undefined,
): "stop" | "warn" | "plain" {
  if (window?.pause || window?.mode === "observe") return "warn";
  return window?.block === "everything" ? "stop" : "plain";
}

/** A piece of a day in which one of the times has the word. */
export interface Slot {
  /** Minutes of the day. */
  from: number;
  to: number;
  /** Its place among the times. */
  window: number;
}

/** The seven days, Monday first, each with its slots in order. Of several times that fit at once the first counts; one
 * that goes past midnight goes on on the next day, on Monday after Sunday. */
export function weekOf(windows: readonly Pick<Window, "start" | "end" | "days">[]): Slot[][] {
  const days: Slot[][] = WEEK.map(() => []);
  const put = (day: number, from: number, to: number, window: number) => {
    if (to > from) days[day % 7]?.push({ from, to, window });
  };
  windows.forEach(({ start, end, days: on }, place) => {
    const [from, to] = [minutes(start), minutes(end)];
    if (from === undefined || to === undefined || from === to) return;
    for (const day of on) {
      const at = WEEK.indexOf(day);
      put(at, from, to > from ? to : DAY_MINUTES, place);
      if (to < from) put(at + 1, 0, to, place);
    }
  });
  return days.map(inOrder);
}

function inOrder(spans: readonly Slot[]): Slot[] {
  const edges = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((one, two) => one - two);
  const found: Slot[] = [];
  edges.slice(0, -1).forEach((from, at) => {
    const to = edges[at + 1] as number;
    const there = spans.filter((span) => span.from <= from && to <= span.to);
    if (!there.length) return;
    const window = Math.min(...there.map((span) => span.window));
    const last = found.at(-1);
    if (last?.window === window && last.to === from) last.to = to;
    else found.push({ from, to, window });
  });
  return found;
}

/** Is it a zone that this browser knows? The box knows the same ones. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

/** The day (Monday is 0) and the minute that it is there now; undefined for what is no zone. */
export function nowIn(zone: string, now: Date): { day: number; minute: number } | undefined {
  if (!isZone(zone)) return undefined;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const day = WEEK.indexOf(part("weekday").toLowerCase() as Day);
  return { day, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

/** "06:05" */
export function clockOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
