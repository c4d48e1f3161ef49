import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { connection } from "$lib/state/connection.svelte";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  connection.heard();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a lost box is looked for, with longer and longer pauses, until it answers", async () => {
  const fetch = vi.fn().mockRejectedValue(new TypeError("away"));
  vi.stubGlobal("fetch", fetch);
  connection.lost();
  expect(connection.away).toBe(true);
  await vi.advanceTimersByTimeAsync(7_500); // after 1, 2 and 4 seconds
  expect(fetch).toHaveBeenCalledTimes(3);
  fetch.mockResolvedValue(new Response("{}"));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(connection.away).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(4);
});
