import { expect, it } from "vitest";

import { bodyOf, meant } from "$lib/pages/rules/bulk";

const rule = (id: number, origin = "", tags: string[] = []) => ({
  id,
  text: `||n${id}.example^`,
  group: "everyone",
  comment: "",
  tags,
  enabled: true,
  created: 1,
  changed: 0,
  expires: 0,
  origin,
  hits: 0,
  last_hit: 0,
});
const RULES = [rule(1, "", ["a"]), rule(2, "bundle:acme"), rule(3)];

it("leaves a bundle's rules alone but for switching", () => {
  expect(meant("disable", RULES).map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(meant("remove", RULES).map(({ id }) => id)).toEqual([1, 3]);
});

it("says each act in one body", () => {
  expect(bodyOf("remove", meant("remove", RULES), "")).toEqual({ create: [], update: [], delete: [1, 3] });
  expect(bodyOf("disable", RULES, "").update).toEqual(RULES.map(({ id }) => ({ id, enabled: false })));
  expect(bodyOf("move", [RULES[2]!], "kids").update).toEqual([{ id: 3, group: "kids" }]);
  expect(bodyOf("tag", [RULES[0]!], "b").update).toEqual([{ id: 1, tags: ["a", "b"] }]);
  expect(bodyOf("tag", [RULES[0]!], "a").update).toEqual([{ id: 1, tags: ["a"] }]);
  expect(bodyOf("untag", [RULES[0]!], "a").update).toEqual([{ id: 1, tags: [] }]);
});
