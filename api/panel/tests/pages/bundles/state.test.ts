import { expect, it } from "vitest";

import { stateOf } from "$lib/pages/bundles/state";

const BUNDLE = {
  name: "acme",
  url: "",
  key_id: "0101010101010101",
  version: 1,
  highest: 1,
  issued: 1,
  expires: 100,
  sha256: "ab",
  since: 1,
  fetched: 0,
  error: "",
};

it.each([
  [{}, 50, "in force"],
  [{}, 100, "not renewed"],
  [{ error: "404" }, 100, "not fetched"],
  [{ version: 0, expires: 0 }, 50, "not in force yet"],
])("%j at %i is %s", (given, now, text) => {
  expect(stateOf({ ...BUNDLE, ...given }, now).text).toBe(text);
});
