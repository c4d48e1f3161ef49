import { expect, it } from "vitest";

import { whoChanged } from "$lib/pages/rules/who";

const made = (number: number, created: number, cause: string, author: string) => ({
  number,
  created,
  cause,
  author,
  whence: "",
  counts: {},
  in_force: false,
  kept: true,
});
const NEWEST = [
  made(5, 120, "rule 12 changed", "bob"),
  made(4, 101, "rule 1 changed", "anna"),
  made(3, 100, "rules changed in bulk", "carl"),
];

it("names who made the generation of the rule's last change", () => {
  expect(whoChanged(NEWEST, { id: 1, created: 5, changed: 100 })?.author).toBe("anna");
  expect(whoChanged(NEWEST, { id: 9, created: 5, changed: 100 })?.author).toBe("carl");
});

it("names nobody where none is near", () => {
  expect(whoChanged(NEWEST, { id: 1, created: 5, changed: 50 })).toBeUndefined();
});
