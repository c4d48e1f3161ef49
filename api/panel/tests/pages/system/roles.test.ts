import { expect, test } from "vitest";

import { kindOf, told, type Role } from "$lib/pages/system/roles";

const role = (more: Record<string, unknown>): Role => ({ role: "dns-0", state: "up", reason: "", ...more });

test("a role goes by its kind", () => {
  expect(["dns-0", "keeper"].map(kindOf)).toEqual(["dns", "keeper"]);
});

test("what a worker did, and nothing about what did not happen", () => {
  const counts = { packets: 1234, rate_limited: 0, overload_dropped: 0 };
  const events = { waiting: 0, dropped: 0, keeper: true };
  expect(told(role({ generation: 7, counts, events }), 7)).toEqual({
    did: [expect.stringMatching(/^1.?234 questions answered$/)],
    wrong: [],
  });
});

test("what was lost is said", () => {
  const found = told(
    role({
      generation: 6,
      counts: { packets: 1, rate_limited: 2 },
      events: { waiting: 3, dropped: 1 },
      policy_fault: "broken\u202e",
    }),
    7,
  );
  expect(found.did).toEqual(["1 question answered", "3 rows are on the way into the log"]);
  expect(found.wrong).toEqual([
    "2 questions left unanswered: a device asked too often",
    "1 row of the log lost",
    "broken\\u{202e}",
    "decides by generation 6, not 7",
  ]);
});

test("a keeper that waits says why, and so does one that is down", () => {
  const journal = { state: "waiting", reason: "the disk is full", waiting: 0, stored: 5, refused: 0 };
  expect(told(role({ role: "keeper", journal }), 1)).toEqual({
    did: ["5 rows of the log stored"],
    wrong: ["the disk is full"],
  });
  expect(told(role({ state: "down", reason: "no answer" }), 1)).toEqual({ did: [], wrong: ["no answer"] });
});
