import { afterEach, describe, expect, test, vi } from "vitest";

import { date, duration, midnight, relative, seconds } from "$lib/format/times";

afterEach(() => {
  vi.unstubAllEnvs();
});

const AT = 1_700_000_000;

describe("times", () => {
  test.each([
    [0, "never"],
    [AT, "now"],
    [AT - 30, "30 seconds ago"],
    [AT - 100, "2 minutes ago"],
    [AT - 3 * 3600, "3 hours ago"],
    [AT - 86_400, "yesterday"],
    [AT + 2 * 86_400, "in 2 days"],
  ])("%d is %s", (time, wanted) => {
    expect(relative(time, AT)).toBe(wanted);
  });

  test.each([
    [1, "1 second"],
    [600, "10 minutes"],
    [3600, "1 hour"],
    [47 * 3600, "47 hours"],
    [14 * 86_400, "14 days"],
  ])("%d seconds are %s", (length, wanted) => {
    expect(duration(length)).toBe(wanted);
  });

  test("midnight is the last one here", () => {
    expect(midnight(new Date(2026, 10, 22, 14, 7))).toBe(new Date(2026, 10, 22).getTime() / 1000);
  });

  test.each(["America/Los_Angeles", "Pacific/Auckland", "UTC"])(
    "a day of the box has one date in %s",
    (zone) => {
      vi.stubEnv("TZ", zone);
      expect(date(Date.UTC(2026, 10, 22) / 1000)).toMatch(/\b22\b/);
    },
  );

  test("a day of 23 hours begins at midnight too", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(midnight(new Date("2026-03-29T12:00:00+02:00"))).toBe(
      Date.parse("2026-03-29T00:00:00+01:00") / 1000,
    );
  });

  test("rows have ISO times", () => {
    expect(seconds("2026-11-22T14:07:31Z")).toBe(Date.UTC(2026, 10, 22, 14, 7, 31) / 1000);
  });
});
