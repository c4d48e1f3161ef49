import { expect, test } from "vitest";

import { caseOf } from "$lib/pages/home/sentence";

test.each([
  [0, 0, 0, 0, "nothing"],
  [9, 0, 0, 0, "quiet"],
  [9, 5, 5, 0, "none"],
  [9, 5, 4, 0, "unanswered"],
  [9, 5, 0, 0, "unanswered"],
  [9, 5, 4, 1, "some"],
  [9, 5, 0, 4, "some"],
  [9, 5, 0, 5, "all"],
])("%i asked, %i attempts, %i stopped, %i through: %s", (asked, attempts, stopped, got_through, wanted) => {
  expect(caseOf(asked, { attempts, stopped, got_through })).toBe(wanted);
});
