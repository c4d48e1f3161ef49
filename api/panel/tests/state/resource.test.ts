import { expect, test, vi } from "vitest";

import { Unreachable } from "$lib/api/problem";
import { Resource } from "$lib/state/resource.svelte";

test("what was there stays while it is fetched anew, and when that fails", async () => {
  const fetch = vi.fn().mockResolvedValueOnce("old").mockRejectedValueOnce(new Error("no"));
  const one = new Resource<string>(fetch);
  expect(one.loading).toBe(true);
  await one.load();
  expect([one.value, one.loading]).toEqual(["old", false]);
  await one.load();
  expect(one.value).toBe("old");
  expect(one.error).toBeInstanceOf(Error);
});

test("an older fetch that is late is dropped", async () => {
  let late: (value: string) => void = () => undefined;
  const fetch = vi
    .fn()
    .mockReturnValueOnce(new Promise<string>((resolve) => (late = resolve)))
    .mockResolvedValueOnce("new");
  const one = new Resource<string>(fetch);
  const first = one.load();
  await one.load();
  late("old");
  await first;
  expect(one.value).toBe("new");
});

test("a box that was away is asked again", async () => {
  vi.useFakeTimers();
  const fetch = vi.fn().mockRejectedValueOnce(new Unreachable()).mockResolvedValueOnce("there");
  const one = new Resource<string>(fetch);
  await one.load();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(one.value).toBe("there");
  one.stop();
  vi.useRealTimers();
});
