import { expect, test } from "vitest";

import type { Found, Group, Pause } from "$lib/pages/groups/found";
import {
  groupName,
  membersOf,
  named,
  nextChange,
  nowOf,
  opening,
  treatmentSaid,
} from "$lib/pages/groups/telling";

const NOW = { profile: "balanced", mode: "enforce", blocks_everything: false, paused: false } as const;
const group = (name: string, now: object = {}): Group =>
  ({ name, profile: "balanced", mode: "enforce", now: { ...NOW, schedule: "", until: 0, ...now } }) as Group;
const pause = (scope: "all" | "group", target = ""): Pause => ({ scope, target, until: 99 }) as Pause;
const found = (groups: Group[], pauses: Pause[] = []): Found => ({
  ...{ groups, pauses, phones: [], lists: [], further: false },
});
const said = (...given: Parameters<typeof found>): string => {
  const { text, groups } = opening(found(...given));
  return text.replace("{groups}", groups);
};

test("what a person wants to know first is where nothing is stopped", () => {
  const [all, kids] = [group("everyone"), group("kids")];
  expect(said([all])).toBe("What is found is stopped.");
  expect(said([all, kids])).toBe("What is found is stopped in all of them.");
  expect(said([all, group("kids", { mode: "observe" })])).toBe(
    "The group kids only watches: nothing is stopped there.",
  );
  expect(said([all, kids], [pause("group", "kids")])).toBe("The group kids is paused.");
  expect(said([group("everyone", { paused: true }), kids], [pause("group", "kids")])).toBe(
    "everyone and kids are paused.",
  );
  expect(said([all, kids], [pause("all"), pause("group", "kids")])).toBe("All of them are paused.");
});

test("what holds now: a pause before the schedule, the schedule before what is set", () => {
  const night = { schedule: "night", until: 50, blocks_everything: true };
  expect(nowOf(group("kids", night), [pause("group", "kids")])).toMatchObject({ state: "paused", until: 99 });
  expect(nowOf(group("kids", night), [pause("group", "others")])).toMatchObject({
    ...{ state: "everything", tone: "stop", until: 50 },
  });
  expect(nowOf(group("kids", { schedule: "x", until: 7, paused: true }), [])).toMatchObject({
    ...{ state: "nothing", until: 7 },
  });
  expect(nowOf(group("kids", { mode: "observe", until: 7 }), [])).toMatchObject({
    ...{ state: "watches", until: 0 }, // no schedule: nothing ends
  });
  expect(nowOf(group("kids"), [])).toMatchObject({ state: "stops", tone: "plain" });
});

test("names of groups are hostile text, and many are counted", () => {
  expect(groupName("a\u202eb")).toBe("a\\u{202e}b");
  expect(named(["b\u0000", "everyone"])).toBe("b\\u{0} and everyone");
  expect(named(["a", "b", "c", "d"])).toBe("4 groups");
});

test("how a group treats its phones", () => {
  expect(treatmentSaid({ profile: "strict", mode: "enforce" })).toBe("Strict");
  expect(treatmentSaid({ profile: "strict", mode: "observe" })).toBe("Strict, only watched");
});

test("phones are counted by their group", () => {
  const phones = ["a", "b", "a"].map((one) => ({ group: one })) as unknown as Found["phones"];
  expect([...membersOf(phones)]).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});

test("what holds now is looked at again when it ends", () => {
  const groups = [group("everyone"), group("kids", { schedule: "night", until: 120 })];
  expect(nextChange(found(groups), 100)).toBe(120);
  expect(nextChange(found(groups, [pause("all")]), 90)).toBe(99);
  expect(nextChange(found(groups, [pause("all")]), 120)).toBe(0);
});
