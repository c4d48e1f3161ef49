import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LiveStream, type LogRow } from "$lib/api/live.svelte";
import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";
import { row } from "../pages/log/rows";
import { FakeSource } from "./sources";

let status = 200;
let frames: (() => void)[] = [];
const frame = () => frames.splice(0).forEach((act) => act());
const streams: LiveStream[] = [];

function listening(heard: ConstructorParameters<typeof LiveStream>[1], query = ""): LiveStream {
  const stream = new LiveStream(new URLSearchParams(query), heard);
  streams.push(stream);
  stream.start();
  return stream;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  frames = [];
  status = 200;
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("requestAnimationFrame", (act: () => void) => frames.push(act));
  vi.stubGlobal("fetch", async () => {
    if (!status) throw new TypeError("away");
    return new Response("{}", { status });
  });
});

afterEach(() => {
  for (const stream of streams.splice(0)) stream.stop();
  connection.heard();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the rows of one frame are told together, in their order", () => {
  const told: LogRow[][] = [];
  listening({ rows: (rows) => told.push(rows) });
  FakeSource.last.onopen?.();
  for (const id of [1, 2, 3]) FakeSource.last.says("log", row(id), `${id}`);
  expect(told).toEqual([]);
  frame();
  FakeSource.last.says("log", row(4), "4");
  frame();
  frame();
  expect(told.map((rows) => rows.map(({ id }) => id))).toEqual([[1, 2, 3], [4]]);
});

test("what was missed is told after the rows that came before it", () => {
  const told: string[] = [];
  listening({
    rows: (rows) => told.push(`${rows.length} rows`),
    missed: ({ count }) => told.push(`missed ${count}`),
  });
  FakeSource.last.says("log", row(1), "1");
  FakeSource.last.says("missed", { count: 7, first: 2, last: 8 });
  frame();
  expect(told).toEqual(["1 rows", "missed 7"]);
});

test("a stream that broke goes on after the last row it heard", async () => {
  const opened: boolean[] = [];
  const stream = listening({ opened: (goesOn) => opened.push(goesOn) }, "action=blocked");
  FakeSource.last.onopen?.();
  FakeSource.last.says("log", row(41), "41");
  FakeSource.last.onerror?.();
  expect([stream.open, stream.lost, FakeSource.last.closed]).toEqual([false, true, true]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSource.all.map(({ url }) => url)).toEqual([
    "/v1/live?action=blocked",
    "/v1/live?action=blocked&last_event_id=41",
  ]);
  FakeSource.last.onopen?.();
  expect([stream.open, stream.lost, ...opened]).toEqual([true, false, false, true]);
});

test("one that broke before a row came goes on after what is known from elsewhere", async () => {
  const stream = listening({});
  stream.knows(12);
  stream.knows(9);
  FakeSource.last.onerror?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSource.last.url).toBe("/v1/live?last_event_id=12");
});

test("a box that is away is tried with longer and longer pauses, and said to be away", async () => {
  status = 0;
  listening({});
  for (const wait of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    const before = FakeSource.all.length;
    FakeSource.last.onerror?.();
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(FakeSource.all).toHaveLength(before);
    expect(connection.away).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSource.all).toHaveLength(before + 1);
  }
});

test("when the login has ended it goes on after the next one", async () => {
  status = 401;
  listening({});
  FakeSource.last.onerror?.();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(session.renewing).toBe(true);
  expect(FakeSource.all).toHaveLength(1);
  status = 200;
  await session.renew(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSource.all).toHaveLength(2);
});

test("it rests while the page is hidden, and goes on where it was", () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(false);
  listening({});
  FakeSource.last.says("log", row(5), "5");
  hidden.mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(FakeSource.last.closed).toBe(true);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(FakeSource.last.url).toBe("/v1/live?last_event_id=5");
  hidden.mockRestore();
});

test("once stopped it stays so", async () => {
  const stream = listening({});
  FakeSource.last.onerror?.();
  stream.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSource.all).toHaveLength(1);
});
