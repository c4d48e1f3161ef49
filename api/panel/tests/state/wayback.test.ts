import { afterEach, expect, it, vi } from "vitest";

import { api } from "$lib/api/client";
import { backBefore } from "$lib/state/wayback";

afterEach(() => vi.restoreAllMocks());

const answer = (data: unknown) => ({ data, response: new Response(null, { status: 200 }) }) as never;

it("restores the generation before, while nothing else was changed", async () => {
  vi.spyOn(api, "GET").mockResolvedValue(answer({ items: [{ number: 8 }, { number: 6 }], next: "" }));
  const post = vi.spyOn(api, "POST").mockResolvedValue(answer({}));
  await backBefore(8);
  expect(post).toHaveBeenCalledWith("/v1/generations/{number}:restore", { params: { path: { number: 6 } } });
});

it("refuses once something else was changed: that would go with it", async () => {
  vi.spyOn(api, "GET").mockResolvedValue(answer({ items: [{ number: 9 }, { number: 8 }], next: "" }));
  const post = vi.spyOn(api, "POST");
  await expect(backBefore(8)).rejects.toThrow("Something else was changed since");
  expect(post).not.toHaveBeenCalled();
});
