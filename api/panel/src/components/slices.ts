/** Hours or days in a row, also those in which nothing happened. */

export interface Slice {
  /** Unix seconds of its beginning. */
  time: number;
  blocked: number;
  allowed: number;
  observed: number;
  other: number;
}

const MOST = 1000; // bars; a span that long is a mistake

/** One for each `step` from `since` to `until`; those that are missing in `found` have zeros. */
export function filled(found: readonly Slice[], since: number, until: number, step: number): Slice[] {
  const first = Math.floor(since / step) * step;
  const count = Math.min(MOST, Math.max(1, Math.floor((until - first) / step) + 1));
  const at = new Map(found.map((slice) => [slice.time, slice]));
  return Array.from({ length: count }, (_, number) => {
    const time = first + number * step;
    return at.get(time) ?? { time, blocked: 0, allowed: 0, observed: 0, other: 0 };
  });
}

export function total(slice: Slice): number {
  return slice.blocked + slice.allowed + slice.observed + slice.other;
}

export const KINDS = ["blocked", "allowed", "observed", "other"] as const;
export type Kind = (typeof KINDS)[number];

/** What became of questions in any of them, in the order in which it is shown. */
export function kindsIn(slices: readonly Slice[]): Kind[] {
  return KINDS.filter((kind) => slices.some((slice) => slice[kind]));
}

/** The slice in which most was stopped; undefined where nothing was. */
export function peak(slices: readonly Slice[]): Slice | undefined {
  const most = slices.reduce<Slice | undefined>(
    (best, slice) => (slice.blocked > (best?.blocked ?? 0) ? slice : best),
    undefined,
  );
  return most;
}

/** Of `/v1/statistics/over-time`. */
export function sliceOf(bucket: { time: number; count: number; actions: Record<string, number> }): Slice {
  const { blocked = 0, allowed = 0, observed = 0 } = bucket.actions;
  return {
    time: bucket.time,
    blocked,
    allowed,
    observed,
    other: bucket.count - blocked - allowed - observed,
  };
}
