import { expect, test } from "vitest";

import { lazily } from "$lib/format/lazily";

test("it is made when it is asked for, and once", () => {
  let count = 0;
  const made = lazily(() => ({ number: ++count }));
  expect(count).toBe(0);
  expect(made()).toBe(made());
  expect(count).toBe(1);
});
