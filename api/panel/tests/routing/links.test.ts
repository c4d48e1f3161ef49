import { expect, test } from "vitest";

import { logOf, phoneOf } from "$lib/routing/links";

test("what is not given does not limit, what is empty does", () => {
  expect(logOf({})).toBe("/log");
  expect(logOf({ device: undefined, name: null, purpose: [] })).toBe("/log");
  expect(logOf({ country: "", since: 0 })).toBe("/log?country=&since=0");
  expect(logOf({ purpose: ["analytics, crash", "location"] })).toBe(
    "/log?purpose=analytics%2C+crash&purpose=location",
  );
});

test("a hostile key stays one part of the path", () => {
  expect(phoneOf("../log?x=1#y")).toBe("/phones/..%2Flog%3Fx%3D1%23y");
  expect(phoneOf("fe80::1")).toBe("/phones/fe80%3A%3A1");
});
