import { expect, test } from "vitest";

import { clockOf, isZone, nowIn, weekOf, windowSaid, type Window } from "$lib/pages/groups/schedule";

const SCHOOL: Window["days"] = ["mon", "tue", "wed", "thu", "fri"];
const ALL: Window["days"] = [...SCHOOL, "sat", "sun"];

const window = (given: Partial<Window>): Window => ({
  start: "21:00",
  end: "06:00",
  days: ALL,
  profile: null,
  mode: null,
  block: "",
  pause: false,
  ...given,
});

test.each<[Partial<Window>, string]>([
  [{ days: SCHOOL, profile: "strict" }, "school days 21:00–06:00: Strict"],
  [
    { days: ["sun", "sat"], start: "00:00", end: "24:00", pause: true },
    "weekends the whole day: nothing is stopped",
  ],
  [{ block: "everything", end: "24:00" }, "every day 21:00–00:00: everything is stopped"],
  [
    { days: ["thu", "fri", "sat", "sun"], profile: "essential", mode: "observe" },
    "Thu to Sun 21:00–06:00: Essential, only watched",
  ],
  [{ days: ["wed", "mon"] }, "Mon, Wed 21:00–06:00: nothing changes"],
  [{ days: ["wed"], mode: "enforce" }, "Wednesday 21:00–06:00: stopped, not only watched"],
  [{ days: [], profile: "strict" }, "on no day 21:00–06:00: Strict"],
])("a time in words: %j", (given, words) => {
  expect(windowSaid(window(given))).toBe(words);
});

test("past midnight it goes on on the next day, after Sunday on Monday", () => {
  const week = weekOf([window({ days: ["sun"] })]);
  expect(week[6]).toEqual([{ from: 1260, to: 1440, window: 0 }]);
  expect(week[0]).toEqual([{ from: 0, to: 360, window: 0 }]);
  expect(week.slice(1, 6).flat()).toEqual([]);
});

test("where two overlap the first one counts, and the other one goes on after it", () => {
  const week = weekOf([
    window({ days: ["mon"], start: "12:00", end: "13:00" }),
    window({ days: ["mon"], start: "10:00", end: "24:00" }),
  ]);
  expect(week[0]).toEqual([
    { from: 600, to: 720, window: 1 },
    { from: 720, to: 780, window: 0 },
    { from: 780, to: 1440, window: 1 },
  ]);
});

test("what is no time yet, or ends when it starts, is not in the picture", () => {
  const week = weekOf([
    window({ start: "" }),
    window({ start: "25:00" }),
    window({ start: "06:00" }),
    window({ start: "00:00", end: "24:00", days: ["tue"] }),
  ]);
  expect(week.flat()).toEqual([{ from: 0, to: 1440, window: 3 }]);
});

test("a time that ends at midnight leaves nothing on the next day", () => {
  expect(weekOf([window({ end: "24:00", days: ["mon"] })])[1]).toEqual([]);
});

test("the time that it is there", () => {
  const midnight = new Date("2026-11-22T23:30:00Z"); // a Sunday
  expect(nowIn("Europe/Berlin", midnight)).toEqual({ day: 0, minute: 30 });
  expect(nowIn("UTC", midnight)).toEqual({ day: 6, minute: 23 * 60 + 30 });
  expect(nowIn("Nowhere/Land", midnight)).toBeUndefined();
  expect(isZone("")).toBe(false);
  expect(clockOf(365)).toBe("06:05");
});
