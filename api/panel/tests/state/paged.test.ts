import { expect, it } from "vitest";

import { Paged, type Part } from "$lib/state/paged.svelte";

const pages: Record<string, Part<number>> = {
  "": { items: [1, 2], next: "b" },
  b: { items: [3, 4], next: "c" },
  c: { items: [5], next: "" },
};
const of = () => new Paged<number>((cursor) => Promise.resolve(pages[cursor]!));

it("fetches page after page until there are no more", async () => {
  const list = of();
  await list.load();
  expect([list.items, list.further, list.there]).toEqual([[1, 2], true, true]);
  await list.more();
  await list.more();
  await list.more();
  expect([list.items, list.further]).toEqual([[1, 2, 3, 4, 5], false]);
  await list.load();
  expect(list.items).toEqual([1, 2]);
});

it("fetches all of them, up to a bound", async () => {
  const list = of();
  await list.load();
  await list.all(3);
  expect(list.items).toEqual([1, 2, 3, 4]);
});

it("keeps what is there when the next page fails, and does not go on for ever", async () => {
  let fails = false;
  const list = new Paged<number>((cursor) =>
    fails ? Promise.reject(new Error("away")) : Promise.resolve(pages[cursor]!),
  );
  await list.load();
  fails = true;
  await list.all(100);
  expect([list.items, list.loading]).toEqual([[1, 2], false]);
  expect(String(list.error)).toContain("away");
  fails = false;
  await list.more();
  expect([list.items, list.error]).toEqual([[1, 2, 3, 4], undefined]);
});

it("drops a page that is late", async () => {
  const answers: ((part: Part<number>) => void)[] = [];
  const list = new Paged<number>(() => new Promise((resolve) => answers.push(resolve)));
  const first = list.load();
  const second = list.load();
  answers[1]?.({ items: [2], next: "" });
  await second;
  answers[0]?.({ items: [1], next: "" });
  await first;
  expect(list.items).toEqual([2]);
});
