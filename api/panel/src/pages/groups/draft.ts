/** What is in the editor of a group, and what is sent of it. */
import type { Schemas } from "$lib/api/client";
import { isZone, minutes, type Day, WEEK } from "./schedule";

export type Group = Schemas["GroupPublic"];
type Update = Schemas["GroupUpdate"];
type Schedule = Schemas["ScheduleModel"];
export type Kind = "change" | "everything" | "pause";

export const MOST_WINDOWS = 32;

export interface WindowDraft {
  /** Its own, as long as the page is open: its place changes. */
  key: number;
  days: Day[];
  start: string;
  /** As an input of the browser has it: midnight is "00:00". */
  end: string;
  kind: Kind;
  profile: "" | Schemas["Profile"];
  mode: "" | Schemas["Mode"];
}

export interface Draft {
  name: string;
  profile: Schemas["Profile"];
  mode: Schemas["Mode"];
  answer: Schemas["BlockedAnswer"];
  inherit: boolean;
  catalogue: boolean;
  comment: string;
  lists: number[];
  zone: string;
  windows: WindowDraft[];
}

let keys = 0;

export function draftOf(group: Group): Draft {
  const { name, profile, mode, answer, inherit, catalogue, comment, lists, schedule } = group;
  return {
    ...{ name, profile, mode, answer, inherit, catalogue, comment },
    lists: [...lists],
    zone: schedule?.zone ?? hereZone(),
    windows: (schedule?.windows ?? []).map((window) => ({
      key: keys++,
      days: WEEK.filter((day) => window.days.includes(day)),
      start: window.start,
      end: window.end === "24:00" ? "00:00" : window.end,
      kind: window.pause ? "pause" : window.block ? "everything" : "change",
      profile: window.profile ?? "",
      mode: window.mode ?? "",
    })),
  };
}

/** A time to begin with: from the evening of a school day to the morning. */
export const newWindow = (): WindowDraft => ({
  key: keys++,
  days: ["mon", "tue", "wed", "thu", "fri"],
  start: "21:00",
  end: "06:00",
  kind: "change",
  profile: "strict",
  mode: "",
});

const hereZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A time as the API takes it. */
export function windowOf(draft: WindowDraft): Schemas["WindowModel"] {
  const quiet = draft.kind === "pause";
  return {
    start: draft.start,
    end: draft.end === "00:00" ? "24:00" : draft.end,
    days: WEEK.filter((day) => draft.days.includes(day)),
    profile: quiet ? null : draft.profile || null,
    mode: quiet ? null : draft.mode || null,
    block: draft.kind === "everything" ? "everything" : "",
    pause: quiet,
  };
}

function scheduleOf(draft: Draft): Schedule | null {
  return draft.windows.length ? { zone: draft.zone.trim(), windows: draft.windows.map(windowOf) } : null;
}

export type Fault = "days" | "times" | "empty" | "nothing";

/** What the box would refuse of a time. */
export function faultOf(draft: WindowDraft): Fault | undefined {
  const { start, end } = windowOf(draft);
  if (!draft.days.length) return "days";
  if (minutes(start) === undefined || minutes(end) === undefined) return "times";
  if (start === end) return "empty";
  if (draft.kind === "change" && !draft.profile && !draft.mode) return "nothing";
  return undefined;
}

export const isName = (name: string): boolean => name.trim() !== "" && !/[/\\]|^\.{1,2}$/.test(name.trim());

/** Can it be sent? */
export function isWhole(draft: Draft): boolean {
  return (
    isName(draft.name) &&
    draft.windows.every((one) => !faultOf(one)) &&
    (!draft.windows.length || isZone(draft.zone))
  );
}

/** What is to change of a group; empty where nothing is. */
export function edited(draft: Draft, group: Group): Update {
  const before = draftOf(group);
  const changes: Update = {};
  const put = <Key extends keyof Update>(key: Key, value: Update[Key], old: unknown) => {
    if (JSON.stringify(value) !== JSON.stringify(old)) changes[key] = value;
  };
  put("name", draft.name.trim(), before.name);
  put("profile", draft.profile, before.profile);
  put("mode", draft.mode, before.mode);
  put("answer", draft.answer, before.answer);
  put("inherit", draft.inherit, before.inherit);
  put("catalogue", draft.catalogue, before.catalogue);
  put("comment", draft.comment.trim(), before.comment);
  put("lists", [...draft.lists], before.lists);
  put("schedule", scheduleOf(draft), scheduleOf(before));
  return changes;
}

/** What it takes to have a group again as it was: the way back from an edit. */
export function asItWas(group: Group, changes: Update): Update {
  return Object.fromEntries(
    Object.keys(changes).map((key) => [key, group[key as keyof Update & keyof Group]]),
  ) as Update;
}

/** Somebody was faster: what was changed here, on top of what the group is by now. */
export function rebased(draft: Draft, old: Group, newer: Group): Draft {
  const theirs = draftOf(newer);
  const mine = edited(draft, old);
  const { schedule, ...plain } = mine;
  return {
    ...theirs,
    ...(plain as Partial<Draft>),
    ...(schedule !== undefined && { zone: draft.zone, windows: draft.windows }),
  };
}

/** With what stands at `from` at `to`. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= items.length) return [...items];
  const rest = items.filter((_, at) => at !== from);
  return [...rest.slice(0, to), items[from] as T, ...rest.slice(to)];
}
