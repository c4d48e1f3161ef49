import { expect, test } from "vitest";

import type { Schemas } from "$lib/api/client";
import { headingOf } from "$lib/pages/system/headings";

function status(...states: string[]): Schemas["StatusPublic"] {
  return {
    version: "1.0",
    python: "3.13",
    generation: 1,
    whole: states.every((state) => state === "up"),
    roles: states.map((state, number) => ({ role: `dns-${number}`, state, reason: "" })),
    upstreams: [],
    storage: { journal: 1_000_000, lists: 450_000 },
    set_aside: [],
    settings: {},
  };
}

test("the overview says first whether every part runs", () => {
  expect(headingOf("", status("up", "up"))).toEqual({ text: "Every part of this box runs.", tone: "pass" });
  expect(headingOf("", status("up", "down"))).toEqual({
    text: "1 part of this box does not run.",
    tone: "stop",
  });
  expect(headingOf("", status("down", "starting")).text).toBe("2 parts of this box do not run.");
});

test("the storage says first how much there is", () => {
  expect(headingOf("storage", status("up")).text).toBe("Hushgate keeps 1.45\u{a0}MB on this box's disk.");
});

test("nothing is said of a box that has not answered yet", () => {
  expect(headingOf("", undefined)).toEqual({ text: "System", tone: "" });
  expect(headingOf("storage", undefined).text).toBe("System");
});

test.each(["account", "tokens", "webhooks", "backup", "audit"])("%s has a sentence of its own", (part) => {
  expect(headingOf(part, status("down")).text).toMatch(/^[A-Z].*\.$/);
});

test.each(["nowhere", "constructor", "__proto__"])("a part that is not there, %s, has none", (part) => {
  expect(headingOf(part, undefined).text).toBe("System");
});
