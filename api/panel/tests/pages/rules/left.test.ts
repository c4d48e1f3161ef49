import { expect, it } from "vitest";

import { blank } from "$lib/pages/rules/draft";
import { leave, takeUp, touched } from "$lib/pages/rules/left";

const EMPTY = blank("", false, "");

it("gives back what was left, once, and each rule its own", () => {
  leave(0, { ...EMPTY, comment: "new" });
  leave(7, { ...EMPTY, comment: "seven" });
  expect(takeUp(7)?.comment).toBe("seven");
  expect(takeUp(7)).toBeUndefined();
  expect(takeUp(0)?.comment).toBe("new");
});

it("knows whether anything was typed", () => {
  expect(touched({ ...EMPTY }, EMPTY)).toBe(false);
  expect(touched({ ...EMPTY, enabled: false }, EMPTY)).toBe(true);
  expect(touched({ ...EMPTY, comment: " " }, EMPTY)).toBe(true);
});
