import { expect, test } from "vitest";

import { bytes, milliseconds, number, percent } from "$lib/format/numbers";

test("numbers are grouped, shares have a digit where it matters", () => {
  expect(number(1234567)).toBe("1,234,567");
  expect([0, 0.4, 9.94, 13.6, 100].map(percent)).toEqual(["0%", "0.4%", "9.9%", "14%", "100%"]);
});

test("sizes have a unit that fits", () => {
  expect([0, 999, 1500, 2_000_000, 3e15].map(bytes)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.5 kB",
    "2 MB",
    "3,000 TB",
  ]);
});

test("milliseconds are as exact as they are worth", () => {
  expect([0.34, 12.6].map(milliseconds)).toEqual(["0.3 ms", "13 ms"]);
});
