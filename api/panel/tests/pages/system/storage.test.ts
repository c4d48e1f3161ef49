import { expect, test } from "vitest";

import { exportOf, partsOf } from "$lib/pages/system/storage";

test("the largest part stands first, with its share", () => {
  const { total, parts } = partsOf({ lists: 25, journal: 75 });
  expect(total).toBe(100);
  expect(parts).toEqual([
    { id: "journal", size: 75, share: 75 },
    { id: "lists", size: 25, share: 25 },
  ]);
  expect(partsOf({ journal: 0 }).parts).toEqual([{ id: "journal", size: 0, share: 0 }]);
});

test("an export says what it is of", () => {
  expect(exportOf("csv", "", "", 0)).toBe("/v1/log:export?format=csv");
  expect(exportOf("jsonl", "aa:bb", "7", 1_000_000.5)).toBe(
    "/v1/log:export?format=jsonl&device=aa%3Abb&since=395200",
  );
});
