import { expect, test } from "vitest";

import { isNowhere, shares, took, toneOf } from "$lib/pages/network/tracing";

const step = (ms: number) => ({ link: "policy", did: "passed", says: "", ms });

test("how much of the time each link took; the shortest can still be seen", () => {
  expect(shares([step(0.01), step(9.99)])).toEqual([1, 100]);
  expect(shares([step(0)])).toEqual([0]);
  expect(shares([])).toEqual([]);
});

test("times of links", () => {
  expect([0.014, 0.26, 3.42, 41.6].map(took)).toEqual(["0.01 ms", "0.3 ms", "3.4 ms", "42 ms"]);
});

test("what was done has its colour; what is not known has none", () => {
  expect(["blocked", "observed", "answered", "passed", "new"].map(toneOf)).toEqual([
    ...["stop", "warn", "pass", "plain", "plain"],
  ]);
});

test("an answer that leads nowhere", () => {
  const answer = (...records: string[]) => ({ rcode: "NOERROR", ede: [], records });
  expect(isNowhere(answer("A 0.0.0.0 ttl 10"))).toBe(true);
  expect(isNowhere(answer("AAAA :: ttl 10"))).toBe(true);
  expect(isNowhere(answer("A 0.0.0.0 ttl 10", "A 192.0.2.1 ttl 10"))).toBe(false);
  expect(isNowhere(answer())).toBe(false);
});
