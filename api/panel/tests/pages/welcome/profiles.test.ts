import { expect, test } from "vitest";

import { groupFor } from "$lib/pages/welcome/profiles";

const everyone = { name: "everyone", profile: "balanced", mode: "enforce", schedule: null } as const;

test("a phone stays with everyone where that has the profile", () => {
  expect(groupFor("balanced", [everyone])).toEqual({ name: "everyone", isNew: false });
});

test("another profile has a group of its name, made once", () => {
  expect(groupFor("strict", [everyone])).toEqual({ name: "strict", isNew: true });
  const strict = { ...everyone, name: "strict", profile: "strict" } as const;
  expect(groupFor("strict", [everyone, strict])).toEqual({ name: "strict", isNew: false });
});

test("a group of that name that does something else is left alone", () => {
  const watching = { ...everyone, name: "strict", profile: "strict", mode: "observe" } as const;
  expect(groupFor("strict", [everyone, watching])).toEqual({ name: "strict-2", isNew: true });
  expect(groupFor("balanced", [{ ...everyone, mode: "observe" }])).toEqual({ name: "balanced", isNew: true });
});
