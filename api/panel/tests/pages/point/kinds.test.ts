import { expect, test } from "vitest";

import { addressOf, kindOf } from "$lib/pages/point/kinds";

test.each([
  ["Mozilla/5.0 (Linux; U; Android 10; en-us; Redmi Note 8 Build/QKQ1) XiaoMi/MiuiBrowser/12.2", "xiaomi"],
  ["Mozilla/5.0 (Linux; Android 13; M2101K6G) AppleWebKit/537.36 Chrome/126", "xiaomi"],
  ["Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 Chrome/126", "android"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "ios"],
  ["Mozilla/5.0 (X11; Linux x86_64)", "xiaomi"],
])("%s gets the steps for %s", (agent, kind) => {
  expect(kindOf(agent)).toBe(kind);
});

test("phones ask port 53: the address that answers there is the one to write", () => {
  const odd = { address: "192.0.2.1", port: 5353 };
  expect(addressOf([odd, { address: "192.0.2.2", port: 53 }])).toBe("192.0.2.2");
  expect(addressOf([odd])).toBe("192.0.2.1");
  expect(addressOf([])).toBe("");
});
