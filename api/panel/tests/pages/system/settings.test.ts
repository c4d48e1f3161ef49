import { expect, test } from "vitest";

import { chosen, matching, type Setting } from "$lib/pages/system/settings";

const setting = (key: string, value: unknown, source: Setting["source"], says: string): Setting => ({
  key,
  value,
  default: null,
  source,
  editable: false,
  says,
});
const SETTINGS = [
  setting("dns.listen", ["127.0.0.1:53", "[::1]:53"], "flag", "Addresses on which DNS is answered."),
  setting("dns.strip_ech", false, "default", "Take keys out of answers."),
  setting("store.retention_days", 30, "file", "Days for which the log is kept."),
];
const keys = (settings: readonly Setting[]) => settings.map(({ key }) => key);

test("what is as it comes is left out", () => {
  expect(keys(chosen(SETTINGS))).toEqual(["dns.listen", "store.retention_days"]);
});

test("all words have to be in a setting, its value or what it does, in whatever case", () => {
  expect(matching(SETTINGS, "  ")).toHaveLength(3);
  expect(keys(matching(SETTINGS, "DNS 127"))).toEqual(["dns.listen"]);
  expect(keys(matching(SETTINGS, "LOG kept 30"))).toEqual(["store.retention_days"]);
  expect(matching(SETTINGS, "dns nothing")).toEqual([]);
});
