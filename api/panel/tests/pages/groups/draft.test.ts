import { expect, test } from "vitest";

import {
  asItWas,
  draftOf,
  edited,
  faultOf,
  type Group,
  isName,
  isWhole,
  moved,
  newWindow,
  rebased,
} from "$lib/pages/groups/draft";

const GROUP: Group = {
  name: "children",
  profile: "strict",
  mode: "enforce",
  answer: "auto",
  inherit: true,
  catalogue: true,
  comment: "",
  lists: [3, 1],
  schedule: {
    zone: "Europe/Berlin",
    windows: [
      {
        start: "18:00",
        end: "24:00",
        days: ["mon"],
        profile: null,
        mode: null,
        block: "everything",
        pause: false,
      },
    ],
  },
  devices: 2,
  rules: 0,
  now: {
    profile: "strict",
    mode: "enforce",
    blocks_everything: false,
    paused: false,
    schedule: "",
    until: 0,
  },
};

test("a draft that nobody has touched changes nothing, and midnight stays midnight", () => {
  const draft = draftOf(GROUP);
  expect(edited(draft, GROUP)).toEqual({});
  expect(isWhole(draft)).toBe(true);
  expect(draft.windows[0]?.end).toBe("00:00");
});

test("only what is other is sent, and undo sends only that back", () => {
  const draft = { ...draftOf(GROUP), name: " kids ", lists: [1, 3], windows: [] };
  const changes = edited(draft, GROUP);
  expect(changes).toEqual({ name: "kids", lists: [1, 3], schedule: null });
  expect(asItWas(GROUP, changes)).toEqual({ name: "children", lists: [3, 1], schedule: GROUP.schedule });
});

test("a time of a schedule as the API takes it", () => {
  const draft = draftOf({ ...GROUP, schedule: null });
  draft.zone = "UTC";
  draft.windows = [{ ...newWindow(), kind: "pause", days: ["sun", "sat"] }];
  expect(edited(draft, GROUP).schedule).toEqual({
    zone: "UTC",
    windows: [
      {
        start: "21:00",
        end: "06:00",
        days: ["sat", "sun"],
        profile: null,
        mode: null,
        block: "",
        pause: true,
      },
    ],
  });
});

test.each([
  [{ days: [] }, "days"],
  [{ start: "" }, "times"],
  [{ end: "21:00" }, "empty"],
  [{ start: "00:00", end: "00:00" }, undefined],
  [{ profile: "" }, "nothing"],
  [{ profile: "", kind: "everything" }, undefined],
] as const)("what the box would refuse of a time: %j", (given, fault) => {
  expect(
    faultOf({ ...newWindow(), ...given, days: [...("days" in given ? given.days : newWindow().days)] }),
  ).toBe(fault);
});

test("a name is not empty, has no slash, and is more than dots", () => {
  expect(["kids", "a.b", "children & guests"].every(isName)).toBe(true);
  expect(["", " ", "a/b", "a\\b", "..", "."].some(isName)).toBe(false);
});

test("what is not whole is not sent", () => {
  const draft = draftOf(GROUP);
  expect(isWhole({ ...draft, zone: "Nowhere/Land" })).toBe(false);
  expect(isWhole({ ...draft, zone: "", windows: [] })).toBe(true);
  expect(isWhole({ ...draft, name: "" })).toBe(false);
});

test("where somebody was faster, what was changed here stands on top of theirs", () => {
  const draft = { ...draftOf(GROUP), comment: "mine", windows: [] };
  const newer: Group = { ...GROUP, profile: "essential", comment: "theirs", lists: [] };
  const now = rebased(draft, GROUP, newer);
  expect(edited(now, newer)).toEqual({ comment: "mine", schedule: null });
  expect(now.profile).toBe("essential");
});

test("things change places", () => {
  expect(moved([1, 2, 3], 0, 2)).toEqual([2, 3, 1]);
  expect(moved([1, 2, 3], 2, 0)).toEqual([3, 1, 2]);
  expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
});
