import { expect, it } from "vitest";

import { stateOf } from "$lib/pages/lists/state";

const LIST = {
  id: 1,
  name: "ads",
  source: "https://lists.example/ads.txt",
  syntax: "auto",
  groups: ["everyone"],
  enabled: true,
  origin: "",
  version: "ab",
  rules: 3,
  refused: 0,
  fetched: 9,
  error: "",
};

it.each([
  [{}, "good", "pass"],
  [{ refused: 2 }, "2 lines unusable", "warn"],
  [{ error: "404", refused: 2 }, "not fetched", "stop"],
  [{ error: "404", enabled: false }, "off", "plain"],
  [{ fetched: 0, version: "" }, "never fetched", "warn"],
])("%j is %s", (given, text, tone) => {
  expect(stateOf({ ...LIST, ...given })).toEqual({ text, tone });
});
