/** The time that a page tells of, chosen in its address: `?span=7d`. Whole hours, or whole days of UTC, as the box
 * counts: so every number is that of the rows its link leads to. */
import { midnight } from "$lib/format/times";

export const SPANS = ["today", "24h", "7d", "30d"] as const;
export type Span = (typeof SPANS)[number];

const HOUR = 3600;
const DAY = 24 * HOUR;

export function spanOf(query: URLSearchParams): Span {
  const wanted = query.get("span");
  return SPANS.find((span) => span === wanted) ?? "today";
}

/** Unix seconds at which it began. */
export function begin(span: Span, now: Date = new Date()): number {
  const seconds = now.getTime() / 1000;
  if (span === "today") return floor(midnight(now), HOUR);
  if (span === "24h") return floor(seconds, HOUR) - 23 * HOUR;
  return floor(seconds, DAY) - (span === "7d" ? 6 : 29) * DAY;
}

/** The length of one bar of its timeline. */
export function stepOf(span: Span): number {
  return span === "today" || span === "24h" ? HOUR : DAY;
}

function floor(time: number, step: number): number {
  return Math.floor(time / step) * step;
}
