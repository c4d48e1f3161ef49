import { expect, test } from "vitest";

import { aboutOf, allNewSince, newSince, sortOf, tagsOf } from "$lib/pages/phones/listing";

const DAY = 86_400;
const NOW = 1_795_302_000;

test("an order that there is not is the usual one", () => {
  expect(sortOf("-asked")).toBe("-asked");
  expect(sortOf("-password")).toBe("-last_seen");
  expect(sortOf(null)).toBe("-last_seen");
});

test("new is who came in the last days, but not all in a box that is new itself", () => {
  expect(newSince([{ first_seen: NOW - 90 * DAY }, { first_seen: NOW - DAY }], NOW)).toBe(NOW - 7 * DAY);
  expect(newSince([{ first_seen: NOW - 2 * DAY }, { first_seen: NOW - 3600 }], NOW)).toBe(NOW - DAY);
  expect(newSince([{ first_seen: 0 }], NOW)).toBeGreaterThan(NOW);
});

test("an address that is the key stands there once", () => {
  const device = { key: "192.0.2.7", maker: "Xiaomi", kind: "phone", addresses: ["192.0.2.7"] };
  expect(aboutOf(device)).toEqual(["phone", "Xiaomi", "192.0.2.7"]);
  expect(aboutOf({ ...device, key: "aa:bb:cc:dd:ee:ff", kind: "" })).toEqual([
    "Xiaomi",
    "aa:bb:cc:dd:ee:ff",
    "192.0.2.7",
  ]);
});

test("tags are words between commas, each once", () => {
  expect(tagsOf(" child, tablet ,,child")).toEqual(["child", "tablet"]);
  expect(tagsOf(" , ")).toEqual([]);
});

test("where all came in the last days nobody is called old: the first one's time is told", () => {
  expect(allNewSince([{ first_seen: NOW - DAY }, { first_seen: NOW - 60 }, { first_seen: 0 }], NOW)).toBe(
    NOW - DAY,
  );
  expect(allNewSince([{ first_seen: NOW - 8 * DAY }, { first_seen: NOW - 60 }], NOW)).toBeUndefined();
});
