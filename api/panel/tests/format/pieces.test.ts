import { expect, test } from "vitest";

import { pieces, plain } from "$lib/format/pieces";

test("places of a sentence are filled, and nothing else is", () => {
  expect(
    pieces("{phone} tried {times}.", { phone: "A {times}", times: { text: "3 times", href: "/log" } }),
  ).toEqual([
    { text: "A {times}", foreign: true },
    { text: " tried " },
    { text: "3 times", href: "/log", foreign: true },
    { text: "." },
  ]);
});

test("a place without a value stays as it is written, whatever it is called", () => {
  expect(plain("{nobody} and {constructor}", {})).toBe("{nobody} and {constructor}");
});
