import { expect, test } from "vitest";

import { Latest } from "$lib/pages/home/latest";

test("the newest come first, each once, and no more than wanted", () => {
  const latest = new Latest<{ id: number; text: string }>(3);
  for (const id of [4, 2, 5, 3, 5, 1]) latest.add({ id, text: `row ${id}` });
  expect(latest.rows.map((row) => row.id)).toEqual([5, 4, 3]);
  latest.add({ id: 4, text: "again" });
  expect(latest.rows.map((row) => row.text)).toEqual(["row 5", "again", "row 3"]);
});
