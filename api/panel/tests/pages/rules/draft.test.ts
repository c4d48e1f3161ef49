import { expect, it } from "vitest";

import { asItWas, blank, created, draftOf, edited, ruleText } from "$lib/pages/rules/draft";

const RULE = {
  id: 7,
  text: "@@||pay.example^",
  group: "kids",
  comment: "the shop",
  tags: ["a", "b"],
  enabled: true,
  created: 1,
  changed: 2,
  expires: 0,
  origin: "",
};

it("makes a rule of a name", () => {
  const draft = {
    ...blank("https://ads.example/x", false, ""),
    tags: "x, y, x ,",
    comment: " why ",
    lasts: "3600",
  };
  expect(created(draft)).toEqual({
    text: "||ads.example^",
    group: "everyone",
    comment: "why",
    tags: ["x", "y"],
    enabled: true,
    for: 3600,
  });
});

it("takes a rule as it is written", () => {
  expect(ruleText(blank(" /ads[0-9]/$important ", false, ""))).toBe("/ads[0-9]/$important");
  expect(ruleText(blank("", false, ""))).toBe("");
});

it("sends nothing of a rule that was only looked at", () => {
  expect(edited(draftOf(RULE), RULE)).toEqual({});
  const plain = { ...RULE, text: "pay.example" };
  expect(edited(draftOf(plain), plain)).toEqual({});
  const ending = { ...RULE, expires: 99 };
  expect(edited(draftOf(ending), ending)).toEqual({});
});

it("sends what differs", () => {
  expect(edited({ ...draftOf(RULE), allow: false, tags: "a" }, RULE)).toEqual({
    text: "||pay.example^",
    tags: ["a"],
  });
  const ending = { ...RULE, expires: 99 };
  expect(edited({ ...draftOf(ending), lasts: "0" }, ending)).toEqual({ expires: 0 });
});

it("goes back to all that can be set", () => {
  expect(asItWas(RULE)).toEqual({
    text: "@@||pay.example^",
    group: "kids",
    comment: "the shop",
    tags: ["a", "b"],
    enabled: true,
    expires: 0,
  });
});
