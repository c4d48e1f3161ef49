/** The rows a page keeps: newest first, each once, so many and no more. Nothing here touches the page or the box. */
import type { LogRow, Missed } from "$lib/api/live.svelte";

/** Rows that the box told it could not hand over, at their place among the others. */
export interface Gap extends Missed {
  /** Of the newest one missing. */
  id: number;
  gap: true;
}

export type Item = LogRow | Gap;

export function isGap(item: Item): item is Gap {
  return "gap" in item;
}

export function gapOf(missed: Missed): Gap {
  return { ...missed, id: missed.last, gap: true };
}

/** What tells an item from every other: a row's number, and that of a gap, which may be a row's as well. */
export function keyOf(item: Item): number {
  return isGap(item) ? -item.id : item.id;
}

/** Rows that came, in whatever order, put among those that are kept. Those that were there already are left out. */
export function joined(kept: readonly Item[], fresh: readonly Item[]): readonly Item[] {
  if (!fresh.length) return kept;
  const sorted = [...fresh].sort((a, b) => b.id - a.id || keyOf(b) - keyOf(a));
  const newest = kept[0];
  const oldest = kept.at(-1);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!newest || !oldest || !first || !last) return once(sorted);
  // What comes is nearly always newer than all, or older than all.
  if (last.id > newest.id) return once(sorted).concat(kept);
  if (first.id < oldest.id) return kept.concat(once(sorted));
  return once([...kept, ...sorted].sort((a, b) => b.id - a.id || keyOf(b) - keyOf(a)));
}

function once(sorted: readonly Item[]): Item[] {
  return sorted.filter((item, at) => at === 0 || keyOf(item) !== keyOf(sorted[at - 1]!));
}

/** The place of the row with this number, or -1. */
export function placeOf(kept: readonly Item[], id: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (kept[middle]!.id > id) low = middle + 1;
    else high = middle;
  }
  for (let at = low; kept[at]?.id === id; at++) if (!isGap(kept[at]!)) return at;
  return -1;
}

/** The newest of them, `most` at most. */
export function bounded(kept: readonly Item[], most: number): readonly Item[] {
  return kept.length > most ? kept.slice(0, most) : kept;
}

/** Rows that wait until they are shown. Of more than `most` the older ones become a gap, to be loaded when wanted. */
export function folded(waiting: readonly Item[], most: number): readonly Item[] {
  if (waiting.length <= most) return waiting;
  const stay = waiting.slice(0, Math.ceil(most / 2));
  const go = waiting.slice(stay.length);
  let count: number | null = 0;
  for (const item of go) {
    const more: number | null = isGap(item) ? item.count : 1;
    count = count === null || more === null ? null : count + more;
  }
  const oldest = go.at(-1)!;
  return [...stay, gapOf({ count, first: isGap(oldest) ? oldest.first : oldest.id, last: go[0]!.id })];
}

/** How many rows these are, as far as that is known. */
export function rowsIn(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (isGap(item) ? (item.count ?? 0) : 1), 0);
}

/** How often it was asked: the same question within a second is one row. */
export function questionsIn(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (isGap(item) ? (item.count ?? 0) : item.count), 0);
}

/** Without the gap, and with the rows that were in it. What is still missing of it stays a gap. */
export function filled(
  kept: readonly Item[],
  gap: Gap,
  rows: readonly LogRow[],
  left?: { last: number },
): readonly Item[] {
  const rest = kept.filter((item) => item !== gap);
  const still = left ? [gapOf({ count: null, first: gap.first, last: left.last })] : [];
  return joined(rest, [...rows, ...still]);
}
