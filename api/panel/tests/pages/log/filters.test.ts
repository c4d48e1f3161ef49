import { expect, test } from "vitest";

import { added, asked, filtersOf, isSummed, local, moment, queryWith, without } from "$lib/pages/log/filters";

const of = (text: string) => filtersOf(new URLSearchParams(text));

test("the address's words become filters, what is none does not", () => {
  expect(of("device=a&device=b&device=a&action=blocked&row=7&nonsense=1&name=")).toEqual([
    { field: "action", value: "blocked" },
    { field: "device", value: "a" },
    { field: "device", value: "b" },
  ]);
  expect(of("since=1&since=2")).toEqual([{ field: "since", value: "2" }]);
});

test("what nothing is known of can be asked for", () => {
  expect(of("company=&purpose=&name=&since=")).toEqual([
    { field: "company", value: "" },
    { field: "purpose", value: "" },
  ]);
  expect(asked(of("country=")).toString()).toBe("country=");
});

test("the address keeps what is no filter", () => {
  const query = queryWith(new URLSearchParams("device=a&row=7"), [
    { field: "name", value: "*.miui.com & ü" },
  ]);
  expect(query.toString()).toBe("name=*.miui.com+%26+%C3%BC&row=7");
  expect(asked(of("device=a&row=7")).toString()).toBe("device=a");
});

test("a filter is put on once, and one of a kind takes the other's place", () => {
  const one = of("device=a&since=5");
  expect(added(one, [{ field: "device", value: "a" }])).toEqual(one);
  expect(added(one, [{ field: "since", value: "9" }])).toContainEqual({ field: "since", value: "9" });
  expect(added(one, [{ field: "since", value: "9" }])).toHaveLength(2);
  expect(without(one, { field: "device", value: "a" })).toEqual([{ field: "since", value: "5" }]);
});

test("times are read as the box reads them", () => {
  expect(moment("1763800000")).toBe(1_763_800_000);
  expect(moment("2026-11-22T10:00:00Z")).toBe(1_795_341_600);
  expect(moment("2026-11-22T10:00:00")).toBe(1_795_341_600);
  expect(moment("2026-11-22T11:00:00+01:00")).toBe(1_795_341_600);
  expect(moment("2026-11-22")).toBe(1_795_305_600);
  expect(moment("<b>")).toBeNaN();
});

test("a time and the field for it say the same", () => {
  const at = 1_795_341_605;
  expect(new Date(local(at)).getTime() / 1000).toBe(at);
  expect(local(NaN)).toBe("");
});

test("sums are known by phone, outcome, company and time alone", () => {
  expect(isSummed(of("device=a&action=blocked&company=X&since=1"))).toBe(true);
  expect(isSummed(of("name=a"))).toBe(false);
});
