import { expect, test } from "vitest";

import { ends, example, expired, meant, type Token } from "$lib/pages/system/tokens";

const NOW = 1_700_000_000;

test("a token ends after days, on a day, or never", () => {
  expect(ends("30", "", NOW)).toBe(NOW + 30 * 86_400);
  expect(ends("", "2027-01-01", NOW)).toBe(0);
  // The day that is chosen is the last one.
  expect(ends("date", "2027-12-31", NOW)).toBe(new Date(2028, 0, 1).getTime() / 1000);
  expect(ends("date", "", NOW)).toBeNaN();
});

test("one that may do everything says no more than that", () => {
  expect(meant(["read", "admin"])).toEqual(["admin"]);
  expect(meant(["devices", "read"])).toEqual(["read", "devices"]);
});

test("the example is one that this token may ask for", () => {
  expect(example("hg_x", ["read"], "http://a")).toBe(
    'curl -H "Authorization: Bearer hg_x" http://a/v1/status',
  );
  expect(example("hg_x", ["devices"], "http://a")).toContain("http://a/v1/session");
});

test("0 is never", () => {
  const token = { expires: 0 } as Token;
  expect(expired(token, NOW)).toBe(false);
  expect(expired({ ...token, expires: NOW }, NOW)).toBe(true);
  expect(expired({ ...token, expires: NOW + 1 }, NOW)).toBe(false);
});
