import { expect, test } from "vitest";

import type { Group, Phone } from "$lib/pages/groups/found";
import { columnsOf, dragged, toMove } from "$lib/pages/groups/moves";

const phone = (key: string, group: string, name = ""): Phone => ({
  ...{ key, group, name, kind: "", maker: "", randomised: false, tags: [], addresses: [key] },
  ...{ first_seen: 0, last_seen: 0, asked: 0, blocked: 0, paused_until: 0 },
});
const GROUPS = [{ name: "everyone" }, { name: "children" }, { name: "empty" }] as Group[];
const PHONES = [
  phone("192.0.2.1", "everyone", "Anna"),
  phone("192.0.2.2", "children"),
  phone("192.0.2.3", "everyone"),
  phone("192.0.2.4", "gone"),
];

test("a column for each group, those without a phone too", () => {
  const columns = columnsOf(GROUPS, PHONES, "");
  expect(columns.map(({ group, phones }) => [group.name, phones.length])).toEqual([
    ["everyone", 2],
    ["children", 1],
    ["empty", 0],
  ]);
});

test("searching leaves the counts as they are", () => {
  const [everyone] = columnsOf(GROUPS, PHONES, " aNNa ");
  expect(everyone?.phones.map(({ key }) => key)).toEqual(["192.0.2.1"]);
  expect(everyone?.count).toBe(2);
});

test("a drag takes all that are selected, if it holds one of them", () => {
  const selected = new Set(["a", "b"]);
  expect(dragged("a", selected)).toEqual(["a", "b"]);
  expect(dragged("c", selected)).toEqual(["c"]);
});

test("who is there already is not moved", () => {
  const keys = ["192.0.2.1", "192.0.2.2", "unknown"];
  expect(toMove(PHONES, keys, "children").map(({ key }) => key)).toEqual(["192.0.2.1"]);
});
