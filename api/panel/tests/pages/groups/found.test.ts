import { expect, test, vi } from "vitest";

import { find, MOST_PHONES, type Pause, pauseOf, pauseOfAll } from "$lib/pages/groups/found";

const pause = (scope: "all" | "group" | "device", target: string): Pause => ({ scope, target }) as Pause;

test("a group's own pause is not that of a phone or of all", () => {
  const pauses = [pause("all", ""), pause("device", "kids"), pause("group", "kids")];
  expect(pauseOf(pauses, "kids")).toBe(pauses[2]);
  expect(pauseOf(pauses, "others")).toBeUndefined();
  expect(pauseOfAll(pauses)).toBe(pauses[0]);
  expect(pauseOfAll(pauses.slice(1))).toBeUndefined();
});

/** A box with so many phones, and nothing else. */
function box(count: number): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(pathname);
    if (pathname !== "/v1/devices") return Promise.resolve(Response.json({ items: [], next: "" }));
    const [from, size] = [Number(searchParams.get("cursor")), Number(searchParams.get("limit"))];
    const items = Array.from({ length: Math.min(size, count - from) }, (_, at) => ({ key: `${from + at}` }));
    return Promise.resolve(Response.json({ items, next: from + size < count ? `${from + size}` : "" }));
  });
  return asked;
}

test.each([
  [0, 0, false],
  [1500, 1500, false],
  [MOST_PHONES, MOST_PHONES, false],
  [MOST_PHONES + 1, MOST_PHONES, true],
])("of %i phones %i are fetched, with whether there are more", async (count, fetched, further) => {
  const asked = box(count);
  const found = await find(new AbortController().signal);
  expect(found.phones.length).toBe(fetched);
  expect(new Set(found.phones.map(({ key }) => key)).size).toBe(fetched);
  expect(found.further).toBe(further);
  expect(asked.filter((path) => path === "/v1/groups")).toHaveLength(1);
  vi.unstubAllGlobals();
});
