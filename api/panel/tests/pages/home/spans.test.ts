import { describe, expect, test } from "vitest";

import { begin, spanOf, stepOf } from "$lib/pages/home/spans";

const HOUR = 3600;
const NOW = new Date(2026, 10, 22, 14, 7, 31);

describe("the time that a page tells of", () => {
  test.each([
    ["", "today"],
    ["span=7d", "7d"],
    ["span=24h", "24h"],
    ["span=forever", "today"],
  ])("%s is %s", (query, wanted) => {
    expect(spanOf(new URLSearchParams(query))).toBe(wanted);
  });

  test("today begins at midnight here", () => {
    expect(begin("today", NOW)).toBe(new Date(2026, 10, 22).getTime() / 1000);
  });

  test("24 hours are 24 bars, this hour's among them", () => {
    const since = begin("24h", NOW);
    expect(since % HOUR).toBe(0);
    expect(Math.floor((NOW.getTime() / 1000 - since) / HOUR)).toBe(23);
  });

  test.each([
    ["7d", 7],
    ["30d", 30],
  ] as const)("%s are whole days, as the box counts them", (span, days) => {
    const since = begin(span, NOW);
    expect(since % (24 * HOUR)).toBe(0);
    expect(Math.floor((NOW.getTime() / 1000 - since) / (24 * HOUR))).toBe(days - 1);
    expect(stepOf(span)).toBe(24 * HOUR);
  });
});
