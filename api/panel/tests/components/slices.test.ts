import { describe, expect, test } from "vitest";

import { filled, kindsIn, peak, sliceOf, total, type Slice } from "$lib/components/slices";

const HOUR = 3600;
const slice = (time: number, blocked = 0, allowed = 0): Slice => ({
  time,
  blocked,
  allowed,
  observed: 0,
  other: 0,
});

describe("hours in a row", () => {
  test("those in which nothing happened are there too, with zeros", () => {
    const found = filled([slice(2 * HOUR, 5)], HOUR, 4 * HOUR + 1, HOUR);
    expect(found.map((one) => one.time)).toEqual([HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]);
    expect(found.map((one) => one.blocked)).toEqual([0, 5, 0, 0]);
  });

  test("begins with the hour in which the time begins", () => {
    expect(filled([], HOUR + 1800, HOUR + 1900, HOUR).map((one) => one.time)).toEqual([HOUR]);
  });

  test("a clock that was set back gives one bar, a mad one not millions", () => {
    expect(filled([], 10 * HOUR, 0, HOUR)).toHaveLength(1);
    expect(filled([], 0, 1e12, HOUR)).toHaveLength(1000);
  });
});

test("the peak is where most was stopped; nowhere, if nothing was", () => {
  expect(peak([slice(0, 1), slice(1, 3), slice(2, 3), slice(3, 0, 9)])?.time).toBe(1);
  expect(peak([slice(0, 0, 9)])).toBeUndefined();
});

test("what became of attempts otherwise is not lost", () => {
  const made = sliceOf({ time: 0, count: 10, actions: { blocked: 4, allowed: 3, refused: 2, rewritten: 1 } });
  expect(made).toEqual({ time: 0, blocked: 4, allowed: 3, observed: 0, other: 3 });
  expect(total(made)).toBe(10);
});

test("what the colours mean is said of those that are there, always in one order", () => {
  expect(kindsIn([slice(0), slice(1, 0, 2), { ...slice(2, 1), other: 3 }])).toEqual([
    "blocked",
    "allowed",
    "other",
  ]);
  expect(kindsIn([slice(0)])).toEqual([]);
});
