import { describe, expect, test } from "vitest";

import { plain } from "$lib/format/pieces";
import type { Flow } from "$lib/pages/phones/flow";
import { belowOf, openingOf } from "$lib/pages/phones/opening";
import { pauseOf, stoppedOf, storyOf } from "$lib/pages/phones/story";

const NOW = 1_795_302_000;
const flow = (company: string, purpose: string, name: string, count: number, action = "blocked"): Flow => ({
  company,
  purpose,
  name,
  country: "",
  action,
  count,
  bytes: 10 * count,
});
const DEVICE = {
  key: "192.0.2.7",
  name: "Redmi Note 8",
  kind: "",
  maker: "",
  randomised: false,
  group: "children",
  tags: [],
  addresses: [],
  first_seen: NOW - 9,
  last_seen: NOW,
  asked: 9,
  blocked: 9,
  paused_until: 0,
};
const FLOWS = [
  flow("Xiaomi", "analytics", "a.example", 5),
  flow("Xiaomi", "analytics", "a.example", 1, "allowed"),
  flow("Alibaba", "location", "b.example", 9),
  flow("Xiaomi", "push", "c.example", 7, "allowed"),
  flow("", "", "ads.example", 3),
];

describe("a phone's story", () => {
  const story = storyOf(FLOWS, ["analytics", "location"]);

  test("counts as attempts to report only what the box calls so", () => {
    expect(story).toEqual({
      asked: 25,
      blocked: 17,
      bytes: 250,
      attempts: 15,
      stopped: 14,
      got_through: 1,
      companies: ["Alibaba", "Xiaomi"],
    });
  });

  test("its sentence", () => {
    const of = {
      span: "today",
      since: NOW,
      purposes: ["analytics", "location"],
      holding: undefined,
    } as const;
    const { text, values } = openingOf(DEVICE, story, of);
    expect(plain(text, values)).toBe(
      "Redmi Note 8 tried 15 times today to report to Alibaba and Xiaomi. 1 got through.",
    );
    expect(values.times).toMatchObject({
      href: `/log?device=192.0.2.7&purpose=analytics&purpose=location&since=${NOW}`,
    });
    const paused = openingOf(DEVICE, story, { ...of, holding: { scope: "device", until: NOW + 60 } });
    expect(plain(paused.text, paused.values)).toContain(
      "Redmi Note 8 is paused: nothing is stopped for it until",
    );
    const quiet = openingOf(DEVICE, storyOf([], []), of);
    expect(plain(quiet.text, quiet.values)).toBe("Redmi Note 8 has asked nothing today.");
  });

  test("the line below", () => {
    const { text, values } = belowOf(DEVICE, story, { span: "today", since: NOW }, "now");
    expect(plain(text, values)).toBe(
      "Since midnight · 25 questions asked (250 bytes), 68% stopped · Last seen now",
    );
  });

  test("what is stopped, most first, each name once", () => {
    expect(stoppedOf([...FLOWS, flow("", "", "ads.example", 3)]).map((one) => [one.name, one.count])).toEqual(
      [
        ["b.example", 9],
        ["ads.example", 6],
        ["a.example", 5],
      ],
    );
  });
});

describe("a pause", () => {
  const pause = (scope: "all" | "group" | "device", target: string, until = NOW + 60) => ({
    scope,
    target,
    until,
    seconds_left: 60,
  });

  test("of its own comes first; then that of its group, or of all", () => {
    expect(pauseOf({ ...DEVICE, paused_until: NOW + 9 }, [pause("all", "")], NOW)?.scope).toBe("device");
    expect(pauseOf(DEVICE, [pause("group", "children")], NOW)).toEqual({ scope: "group", until: NOW + 60 });
    expect(pauseOf(DEVICE, [pause("all", "")], NOW)?.scope).toBe("all");
  });

  test("of others, or that is over, does not hold", () => {
    expect(pauseOf(DEVICE, [pause("group", "guests"), pause("device", "192.0.2.8")], NOW)).toBeUndefined();
    expect(pauseOf({ ...DEVICE, paused_until: NOW }, [pause("all", "", NOW)], NOW)).toBeUndefined();
  });
});
