import { flushSync } from "svelte";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { relative } from "$lib/format/times";

// It begins to tick when it is read, by the clock of then.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

test("what has happened since the last tick is not to come", async () => {
  const { ticking } = await import("$lib/state/ticking.svelte");
  vi.advanceTimersByTime(9_000);
  expect(relative(Date.now() / 1000, ticking.now)).toBe("now");
  vi.advanceTimersByTime(1_000);
});

test("what follows the time is told of it every ten seconds", async () => {
  const { ticking } = await import("$lib/state/ticking.svelte");
  const seen: number[] = [];
  const begin = Date.now();
  const stop = $effect.root(() => {
    $effect(() => void seen.push(Math.round(ticking.now - begin / 1000)));
  });
  flushSync();
  for (let second = 0; second < 20; second++) {
    vi.advanceTimersByTime(1_000);
    flushSync();
  }
  stop();
  expect(seen).toEqual([0, 10, 20]);
});
