import { describe, expect, it } from "vitest";

import { countOf, covers, fates, rowsOf, typedOf } from "$lib/pages/catalogue/seen";

describe("which names an entry covers", () => {
  it.each([
    ["exact", "a.example", "A.example", true],
    ["exact", "a.example", "b.a.example", false],
    ["suffix", "a.example", "b.a.example", true],
    ["suffix", "a.example", "ba.example", false],
    ["glob", "data*.a.example", "data7.a.example", true],
    ["glob", "data*.a.example", "dataXa.example", false],
    ["glob", "*.(a+)+$", "x.(a+)+$", true],
  ])("%s %s, asked %s: %s", (match, pattern, name, is) => {
    expect(covers({ match, pattern }, name)).toBe(is);
  });
});

it("adds up what its names were asked for", () => {
  const asked = [
    { value: "a.example", count: 2 },
    { value: "b.a.example", count: 3 },
    { value: "other.example", count: 9 },
  ];
  expect(countOf({ match: "suffix", pattern: "a.example" }, asked)).toBe(5);
  expect(countOf({ match: "exact", pattern: "a.example" }, asked)).toBe(2);
});

it("leads to the rows behind the number", () => {
  expect(rowsOf({ match: "exact", pattern: "a.example" })).toBe("/log?name=a.example");
  expect(rowsOf({ match: "suffix", pattern: "a.example" }, 7)).toBe(
    "/log?name=a.example&name=*.a.example&since=7",
  );
});

it("hands the editor a name, or a rule where it is a pattern", () => {
  expect(typedOf({ match: "suffix", pattern: "a.example" }, true)).toBe("a.example");
  expect(typedOf({ match: "glob", pattern: "data*.a.example" }, false)).toBe("|data*.a.example^");
  expect(typedOf({ match: "glob", pattern: "data*.a.example" }, true)).toBe("@@|data*.a.example^");
});

it("knows from which profile on it is stopped", () => {
  const stops = (first: string) => fates(first).map((one) => one.stops);
  expect(stops("essential")).toEqual([true, true, true]);
  expect(stops("balanced")).toEqual([false, true, true]);
  expect(stops("strict")).toEqual([false, false, true]);
  expect(stops("keep")).toEqual([false, false, false]);
});
