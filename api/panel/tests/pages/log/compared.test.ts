import { expect, test } from "vitest";

import { compared } from "$lib/pages/log/compared";

const LISTED = { layer: "lists", list: "oisd", line: 7, text: "||a.example^" };
const OWN = { layer: "rules", list: "everyone", line: 3, text: "@@||a.example^" };
const row = (action: string, rule: typeof LISTED | null = null) => ({ action, rule, name: "a.example" });

test("the same word by the same rule is the same", () => {
  expect(compared(row("blocked", LISTED), { action: "blocked", rule: LISTED })).toBe("same");
  expect(compared(row("allowed"), { action: "allowed", rule: null })).toBe("same");
});

test("a pause says until when, and is the same pause a minute later", () => {
  const pause = (text: string) => ({ layer: "pause", list: "pause", line: 0, text });
  expect(
    compared(row("allowed", pause("until 10:00")), { action: "allowed", rule: pause("until 10:01") }),
  ).toBe("same");
});

test("another word differs, by whatever rule", () => {
  expect(compared(row("blocked", LISTED), { action: "allowed", rule: OWN })).toBe("differs");
  expect(compared(row("observed", LISTED), { action: "blocked", rule: LISTED })).toBe("differs");
});

test("another rule to the same end is said as such, also a rule that was edited since", () => {
  expect(compared(row("blocked", LISTED), { action: "blocked", rule: { ...LISTED, line: 8 } })).toBe(
    "other-rule",
  );
  expect(compared(row("allowed", OWN), { action: "allowed", rule: null })).toBe("other-rule");
  expect(compared(row("allowed", OWN), { action: "allowed", rule: { ...OWN, text: "@@||b^" } })).toBe(
    "other-rule",
  );
});

test("what did not hang on the name is not compared by it", () => {
  expect(compared(row("refused"), { action: "allowed", rule: null })).toBe("beside");
  const answer = { layer: "answer", list: "rebinding", line: 0, text: "" };
  expect(compared(row("blocked", answer), { action: "allowed", rule: null })).toBe("beside");
});
