/** The audit log: what is looked for, and what a change came to. */
import type { Schemas } from "$lib/api/client";
import { exact } from "$lib/format/times";

export type Entry = Schemas["AuditEntry"];

export const WORDS = ["who", "action"] as const;

export interface Wanted {
  who: string;
  action: string;
  /** As in the address: a day ("2026-11-22") or Unix seconds. */
  since: string;
  until: string;
}

export interface Field {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

export function wantedOf(query: URLSearchParams): Wanted {
  const of = (name: string) => query.get(name) ?? "";
  return { who: of("who"), action: of("action"), since: of("since"), until: of("until") };
}

/** The address's query for it. */
export function queryOf(wanted: Wanted): URLSearchParams {
  return new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
}

/** What the API is asked for. What is no time does not limit. */
export function askedOf(wanted: Wanted): { who?: string; action?: string; since?: number; until?: number } {
  const since = momentOf(wanted.since, 0);
  const until = momentOf(wanted.until, 1);
  return {
    ...(wanted.who && { who: wanted.who }),
    ...(wanted.action && { action: wanted.action }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** The beginning of a day here, or with `days` 1 its last second. Unix seconds stay what they are. */
export function momentOf(text: string, days: 0 | 1): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (!year) return undefined;
  const time = new Date(Number(year), Number(month) - 1, Number(day) + days).getTime() / 1000;
  return Number.isFinite(time) ? time - days : undefined;
}

/** The day in a date field: Unix seconds of a link fall on one here. */
export function dayOf(text: string): string {
  if (!/^\d{1,12}$/.test(text)) return text;
  const at = new Date(Number(text) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Each value before and after. undefined: it was not there. Two that are the same are left out. */
export function fieldsOf(detail: Entry["detail"]): Field[] {
  const before = valuesOf(detail.before);
  const after = valuesOf(detail.after);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((field) => field.before !== field.after);
}

function valuesOf(of: unknown): Map<string, string> {
  if (typeof of !== "object" || of === null) return new Map();
  return new Map(Object.entries(of).map(([name, value]) => [name, textOf(name, value)]));
}

const TIME = /^(created|changed|expires|until|since|fetched|last_\w+)$/;

function textOf(name: string, value: unknown): string {
  if (TIME.test(name) && typeof value === "number" && value > 0) return exact(value);
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}
