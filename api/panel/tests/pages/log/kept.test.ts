import { expect, test } from "vitest";

import {
  bounded,
  filled,
  folded,
  gapOf,
  isGap,
  joined,
  placeOf,
  questionsIn,
  rowsIn,
  type Item,
} from "$lib/pages/log/kept";
import { row, rows } from "./rows";

const ids = (items: readonly Item[]) =>
  items.map((item) => (isGap(item) ? `${item.first}-${item.last}` : item.id));

test("new rows come first, in whatever order they were told", () => {
  expect(ids(joined(rows(3, 2, 1), rows(4, 5)))).toEqual([5, 4, 3, 2, 1]);
  expect(ids(joined([], rows(1, 3, 2)))).toEqual([3, 2, 1]);
});

test("older rows go below", () => {
  expect(ids(joined(rows(9, 8), rows(7, 6)))).toEqual([9, 8, 7, 6]);
});

test("a row that is there already is not there twice", () => {
  expect(ids(joined(rows(5, 4, 3), rows(6, 5, 4)))).toEqual([6, 5, 4, 3]);
  expect(ids(joined(rows(5), rows(7, 7, 6)))).toEqual([7, 6, 5]);
  expect(ids(joined(rows(5, 4), rows(3, 3)))).toEqual([5, 4, 3]);
});

test("what overlaps or lies between is put in its place", () => {
  expect(ids(joined(rows(9, 5, 1), rows(7, 3)))).toEqual([9, 7, 5, 3, 1]);
});

test("however rows come, they are the same in the end", () => {
  const all = Array.from({ length: 60 }, (_, at) => at + 1);
  for (let seed = 1; seed < 40; seed++) {
    let next = seed;
    const random = (most: number) => (next = (next * 48_271) % 2_147_483_647) % most;
    let kept: readonly Item[] = [];
    for (let round = 0; round < 30; round++) {
      const from = random(60);
      kept = joined(
        kept,
        rows(...all.slice(from, from + 1 + random(8))).sort(() => random(3) - 1),
      );
    }
    const found = ids(kept) as number[];
    expect(found).toEqual([...new Set(found)].sort((a, b) => b - a));
  }
});

test("a gap stands between what came before it and after it", () => {
  const gap = gapOf({ count: 3, first: 4, last: 6 });
  const kept = joined(joined(rows(3, 2), [gap]), rows(7, 8));
  expect(ids(kept)).toEqual([8, 7, "4-6", 3, 2]);
  expect(rowsIn(kept)).toBe(7);
});

test("the row of a number is found, a gap is not taken for one", () => {
  const kept = [...rows(9, 8), gapOf({ count: null, first: 5, last: 7 }), ...rows(4)];
  expect(placeOf(kept, 8)).toBe(1);
  expect(placeOf(kept, 4)).toBe(3);
  expect(placeOf(kept, 7)).toBe(-1);
  expect(placeOf(kept, 100)).toBe(-1);
  expect(placeOf([], 1)).toBe(-1);
});

test("the oldest are let go", () => {
  expect(ids(bounded(rows(5, 4, 3), 2))).toEqual([5, 4]);
  const few = rows(2, 1);
  expect(bounded(few, 2)).toBe(few);
});

test("of too many that wait the older ones become a gap that knows how many they were", () => {
  const waiting = [...rows(9, 8, 7, 6), gapOf({ count: 10, first: 3, last: 5 }), ...rows(2)];
  const now = folded(waiting, 4);
  expect(ids(now)).toEqual([9, 8, "2-7"]);
  expect(rowsIn(now)).toBe(rowsIn(waiting));
  expect(folded(waiting, 6)).toBe(waiting);
  const unknown = folded([...rows(9, 8), gapOf({ count: null, first: 3, last: 7 })], 2);
  expect(unknown.at(-1)).toMatchObject({ count: null, first: 3, last: 8 });
});

test("a gap is filled with what was missed, and what is still missing stays one", () => {
  const gap = gapOf({ count: 4, first: 3, last: 6 });
  const kept = [...rows(8, 7), gap, ...rows(2)];
  expect(ids(filled(kept, gap, rows(6, 5, 4, 3)))).toEqual([8, 7, 6, 5, 4, 3, 2]);
  expect(ids(filled(kept, gap, rows(6, 5), { last: 4 }))).toEqual([8, 7, 6, 5, "3-4", 2]);
  expect(ids(filled(kept, gap, []))).toEqual([8, 7, 2]);
});

test("100 000 rows take a handful more in no time worth speaking of", () => {
  let kept: readonly Item[] = Array.from({ length: 100_000 }, (_, at) => row(100_000 - at));
  for (let id = 100_001; id < 100_101; id++) kept = bounded(joined(kept, [row(id)]), 100_000);
  expect(kept).toHaveLength(100_000);
  expect(kept[0]?.id).toBe(100_100);
  expect(kept.at(-1)?.id).toBe(101);
});

test("a row counts as often as it was asked, a gap as far as that is known", () => {
  expect(questionsIn([])).toBe(0);
  expect(questionsIn([row(9, { count: 6 }), gapOf({ count: 4, first: 5, last: 8 }), row(4)])).toBe(11);
  expect(questionsIn([gapOf({ count: null, first: 1, last: 8 })])).toBe(0);
});
