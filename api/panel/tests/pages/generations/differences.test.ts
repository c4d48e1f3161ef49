import { expect, it } from "vitest";

import { fieldsOf, partsOf, sumsOf } from "$lib/pages/generations/differences";

const NONE = { added: [], removed: [], changed: [], more: 0 };
const RULE = {
  id: 1,
  text: "||a.example^",
  group: "kids",
  comment: "",
  enabled: true,
  expires: 0,
  changed: 1,
};

const DIFF = {
  rules: {
    added: [RULE],
    removed: [{ ...RULE, id: 2, text: "||b.example^" }],
    changed: [{ before: RULE, after: { ...RULE, enabled: false, comment: "why", changed: 9 } }],
    more: 4,
  },
  groups: NONE,
  lists: { ...NONE, added: [{ id: 3, name: "ads", source: "https://l.example/", groups: [["kids", 1]] }] },
  devices: NONE,
  bundles: NONE,
};

it("tells each kind that differs, each thing by what it is called", () => {
  const [rules, lists, ...more] = partsOf(DIFF);
  expect(more).toEqual([]);
  expect(rules?.kind).toBe("rules");
  expect(rules?.more).toBe(4);
  expect(rules?.sums).toEqual({ added: 1, removed: 1, changed: 1, more: 4 });
  expect(rules?.lines.map(({ how, title, more }) => [how, title, more])).toEqual([
    ["added", "||a.example^", "kids"],
    ["removed", "||b.example^", "kids"],
    ["changed", "||a.example^", "kids"],
  ]);
  expect(lists?.lines[0]).toMatchObject({ title: "ads", more: "https://l.example/" });
});

it("tells only fields that differ, and none that nobody set", () => {
  expect(partsOf(DIFF)[0]?.lines[2]?.fields).toEqual([
    { name: "comment", before: "nothing", after: "why" },
    { name: "enabled", before: "Yes", after: "No" },
  ]);
});

it("says values in words", () => {
  expect(
    fieldsOf(
      { groups: [["kids", 2]] },
      {
        groups: [
          ["kids", 2],
          ["tv", 1],
        ],
      },
    ),
  ).toEqual([{ name: "groups", before: "kids", after: "kids, tv" }]);
  expect(fieldsOf({ expires: 0 }, { expires: 0 })).toEqual([]);
  expect(fieldsOf({ schedule: "" }, { schedule: null })).toEqual([]);
});

it("tells nothing of two that are alike", () => {
  expect(partsOf({ rules: NONE, groups: NONE, lists: NONE, devices: NONE, bundles: NONE })).toEqual([]);
  expect(sumsOf({ rules: NONE, groups: NONE, lists: NONE, devices: NONE })).toEqual([]);
});
