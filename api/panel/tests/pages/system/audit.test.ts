import { expect, test } from "vitest";

import { askedOf, dayOf, fieldsOf, momentOf, queryOf, wantedOf } from "$lib/pages/system/audit";

const at = (...day: [number, number, number]) => new Date(...day).getTime() / 1000;

test("what is looked for goes into the address and back", () => {
  const wanted = { who: "token <b>", action: "rule 5%", since: "2026-11-01", until: "" };
  expect(wantedOf(queryOf(wanted))).toEqual(wanted);
  expect(queryOf(wanted).has("until")).toBe(false);
});

test("a day is meant from its beginning to its end, here", () => {
  expect(momentOf("2026-11-22", 0)).toBe(at(2026, 10, 22));
  expect(momentOf("2026-11-22", 1)).toBe(at(2026, 10, 23) - 1);
  expect(momentOf("1700000000", 1)).toBe(1_700_000_000);
  for (const rubbish of ["", "yesterday", "2026-1-1", "2026-11-22T10:00"])
    expect(momentOf(rubbish, 0)).toBeUndefined();
});

test("rubbish in the address does not limit", () => {
  expect(askedOf(wantedOf(new URLSearchParams("since=x&until=<b>&action=list")))).toEqual({ action: "list" });
});

test("a date field shows the day of a link's seconds", () => {
  expect(dayOf(String(at(2026, 0, 5) + 3600))).toBe("2026-01-05");
  expect(dayOf("2026-01-05")).toBe("2026-01-05");
  expect(dayOf("")).toBe("");
});

test("each value stands before and after", () => {
  expect(
    fieldsOf({ before: { name: "a", tags: ["x"], same: 1 }, after: { name: "b", tags: [], same: 1 } }),
  ).toEqual([
    { name: "name", before: "a", after: "b" },
    { name: "tags", before: '["x"]', after: "[]" },
  ]);
  expect(fieldsOf({ after: { enabled: true, comment: null } })).toEqual([
    { name: "enabled", before: undefined, after: "true" },
    { name: "comment", before: undefined, after: "" },
  ]);
  expect(fieldsOf({ before: { expires: 0 }, after: { expires: 1_700_000_000 } })).toEqual([
    { name: "expires", before: "0", after: expect.stringContaining("2023") },
  ]);
  expect(fieldsOf({ before: "no object" })).toEqual([]);
  expect(fieldsOf({})).toEqual([]);
});
