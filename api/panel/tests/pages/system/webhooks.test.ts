import { expect, test } from "vitest";

import { stateOf, type Webhook } from "$lib/pages/system/webhooks";

const HOOK: Webhook = {
  id: 1,
  url: "https://a.example",
  events: [],
  enabled: true,
  created: 1,
  failures: 0,
  last_time: 0,
  last_error: "",
  retry_at: 0,
  lost: 0,
};

test("a webhook works only once something was taken", () => {
  expect(stateOf(HOOK)).toEqual({ state: "new", tone: "plain" });
  expect(stateOf({ ...HOOK, last_time: 5 })).toEqual({ state: "works", tone: "pass" });
  expect(stateOf({ ...HOOK, last_time: 5, failures: 2 })).toEqual({ state: "fails", tone: "stop" });
  expect(stateOf({ ...HOOK, enabled: false, failures: 2 })).toEqual({ state: "off", tone: "plain" });
});
