import { expect, it } from "vitest";

import { carry, unload } from "$lib/pages/rules/carried";

it("hands lines over once", () => {
  carry("a\nb");
  expect([unload(), unload()]).toEqual(["a\nb", ""]);
});
