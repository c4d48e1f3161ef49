import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LogRow } from "$lib/api/live.svelte";
import { Feed, queryOf } from "$lib/pages/log/feed.svelte";
import { filtersOf } from "$lib/pages/log/filters";
import { isGap } from "$lib/pages/log/kept";
import { FakeSource } from "../../api/sources";
import { row, rows } from "./rows";

interface Page {
  items: LogRow[];
  next: string;
}

let asked: URLSearchParams[] = [];
let log: (query: URLSearchParams) => Page;
const feeds: Feed[] = [];
const ids = (feed: Feed) => feed.items.map((item) => (isGap(item) ? `${item.first}-${item.last}` : item.id));
const settled = () => vi.waitFor(() => expect(feeds.some((feed) => feed.searching)).toBe(false));

function begun(query = ""): Feed {
  const feed = new Feed();
  feeds.push(feed);
  feed.start(filtersOf(new URLSearchParams(query)));
  return feed;
}

async function open(feed: Feed): Promise<void> {
  FakeSource.last.onopen?.();
  await vi.waitFor(() => expect(feed.ready).toBe(true));
  await settled();
}

function says(...numbers: number[]): void {
  for (const id of numbers) FakeSource.last.says("log", row(id), `${id}`);
}

beforeEach(() => {
  asked = [];
  FakeSource.all = [];
  log = () => ({ items: [], next: "" });
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("requestAnimationFrame", (act: () => void) => (act(), 1));
  vi.stubGlobal("fetch", async (request: Request | string) => {
    const url = new URL(typeof request === "string" ? request : request.url, "http://box");
    if (url.pathname !== "/v1/log") return new Response("{}");
    asked.push(url.searchParams);
    return new Response(JSON.stringify(log(url.searchParams)), {
      headers: { "Content-Type": "application/json" },
    });
  });
});

afterEach(() => {
  for (const feed of feeds.splice(0)) feed.stop();
  vi.unstubAllGlobals();
});

test("what was comes after the stream is open, and nothing is there twice", async () => {
  log = () => ({ items: rows(3, 2, 1), next: "" });
  const feed = begun("action=blocked");
  expect(asked).toEqual([]);
  FakeSource.last.onopen?.();
  says(3, 4);
  await vi.waitFor(() => expect(feed.ready).toBe(true));
  expect(ids(feed)).toEqual([4, 3, 2, 1]);
  expect(asked[0]?.get("action")).toBe("blocked");
  expect(FakeSource.last.url).toBe("/v1/live?action=blocked");
});

test("pages that are short or empty, and yet have a next, are gone through", async () => {
  const pages: Page[] = [
    { items: rows(900), next: "a" },
    { items: [], next: "b" },
    { items: [], next: "c" },
    { items: rows(5, 4), next: "" },
  ];
  log = () => pages.shift() ?? { items: [], next: "" };
  const feed = begun();
  await open(feed);
  expect(ids(feed)).toEqual([900, 5, 4]);
  expect(asked.map((query) => query.get("cursor"))).toEqual(["", "a", "b", "c"]);
  expect(feed.more).toBe(false);
});

test("older rows are fetched when they are wanted", async () => {
  log = (query) => {
    const before = Number(query.get("cursor")) || 1000;
    const items = Array.from({ length: 200 }, (_, at) => row(before - 1 - at));
    return { items, next: String(items.at(-1)?.id) };
  };
  const feed = begun();
  await open(feed);
  expect(feed.items).toHaveLength(200);
  await feed.older();
  expect(feed.items).toHaveLength(400);
  expect(feed.items.at(-1)?.id).toBe(600);
  expect(feed.more).toBe(true);
});

test("while somebody reads, what comes is counted and waits", async () => {
  log = () => ({ items: rows(1), next: "" });
  const feed = begun();
  await open(feed);
  feed.hold(true);
  says(2, 3);
  expect([ids(feed), feed.held]).toEqual([[1], 2]);
  feed.release();
  expect([ids(feed), feed.held]).toEqual([[3, 2, 1], 0]);
  says(4);
  expect(feed.held).toBe(1);
  feed.hold(false);
  expect(ids(feed)).toEqual([4, 3, 2, 1]);
});

test("a stream that broke and came again neither loses nor doubles a row", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  log = () => ({ items: rows(2, 1), next: "" });
  const feed = begun();
  FakeSource.last.onopen?.();
  await vi.advanceTimersByTimeAsync(0);
  vi.useRealTimers();
  await settled();
  says(3);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  FakeSource.last.onerror?.();
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  expect(FakeSource.last.url).toBe("/v1/live?last_event_id=3");
  FakeSource.last.onopen?.();
  says(3, 4, 5);
  expect(ids(feed)).toEqual([5, 4, 3, 2, 1]);
  expect(asked).toHaveLength(1);
});

test("rows that were missed are a gap, which is filled on a press", async () => {
  log = () => ({ items: rows(2, 1), next: "" });
  const feed = begun("device=a");
  await open(feed);
  FakeSource.last.says("missed", { count: 3, first: 3, last: 5 });
  says(6);
  expect(ids(feed)).toEqual([6, "3-5", 2, 1]);
  log = (query) =>
    query.get("cursor") ? { items: rows(4, 3, 2), next: "x" } : { items: rows(6, 5), next: "more" };
  const gap = feed.items[1]!;
  if (!isGap(gap)) throw new Error("no gap");
  await feed.fill(gap);
  expect(ids(feed)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(asked.at(-1)?.getAll("device")).toEqual(["a"]);
  expect(asked.at(-1)?.get("until")).toBe(String(Date.parse(row(6).time) / 1000));
});

test("a log that the box has begun anew is shown from its beginning", async () => {
  log = () => ({ items: rows(900, 899), next: "" });
  const feed = begun();
  await open(feed);
  log = () => ({ items: [row(1, { name: "new.example" })], next: "" });
  says(1);
  await open(feed);
  expect(ids(feed)).toEqual([1]);
});

test("a time that is over is looked up and not listened to", async () => {
  log = () => ({ items: rows(1), next: "" });
  const feed = begun("until=1700000000");
  await vi.waitFor(() => expect(feed.ready).toBe(true));
  expect(FakeSource.all).toHaveLength(0);
  expect(ids(feed)).toEqual([1]);
});

test("what could not be fetched is said, and can be tried again", async () => {
  vi.stubGlobal(
    "fetch",
    async () => new Response(JSON.stringify({ status: 422, detail: "no such type" }), { status: 422 }),
  );
  const feed = begun("type=NONSENSE");
  FakeSource.last.onopen?.();
  await vi.waitFor(() => expect(feed.error).toBeInstanceOf(Error));
  expect([feed.searching, feed.ready]).toEqual([false, false]);
});

test("filters become a request's parameters, empty ones are left out", () => {
  expect(queryOf(filtersOf(new URLSearchParams("device=a&device=b&rule=3&since=5&row=9")))).toEqual({
    device: ["a", "b"],
    rule: "3",
    since: "5",
  });
});
