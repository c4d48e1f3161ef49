import { expect, test } from "vitest";

import { coded } from "$lib/format/coded";

test("a command stands apart from the words around it", () => {
  expect(coded("On the box, `hushgate restore FILE` does it.")).toEqual([
    { text: "On the box, ", code: false },
    { text: "hushgate restore FILE", code: true },
    { text: " does it.", code: false },
  ]);
});

test("words without a command are one part", () => {
  expect(coded("Nothing to type.")).toEqual([{ text: "Nothing to type.", code: false }]);
  expect(coded("")).toEqual([]);
});

test.each(["an open ` mark", "``", "`", "a `` b"])("no command in %s: it stays as it is written", (text) => {
  expect(
    coded(text)
      .map((part) => part.text)
      .join(""),
  ).toBe(text);
  expect(coded(text).some((part) => part.code)).toBe(false);
});
