import { expect, test } from "vitest";

import { browserOf, codesFile, grouped } from "$lib/pages/system/account";

test("a browser has the name that a person knows it by", () => {
  const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0";
  const told: Record<string, string> = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0": "Firefox on Linux",
    [`Mozilla/5.0 (Linux; Android 13; M2003J15SC) ${chrome} Mobile Safari/537.36`]: "Chrome on Android",
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/131.0.0.0`]: "Edge on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile Safari/604":
      "Safari on iPhone",
    "curl/8.5.0": "curl",
  };
  for (const [agent, name] of Object.entries(told)) expect(browserOf(agent)).toBe(name);
});

test("what it says of itself is only words", () => {
  expect(browserOf("<b>evil\u202e</b>")).toBe("<b>evil\\u{202e}</b>");
  expect(browserOf("x".repeat(500)).length).toBeLessThan(80);
  expect(browserOf("  ")).toBe("a program that does not say its name");
});

test("a key is read in fours", () => {
  expect(grouped("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
  expect(grouped("ABCD")).toBe("ABCD");
});

test("the file of codes says what it is", async () => {
  const text = await codesFile(["aa-bb", "cc-dd"], "http://hushgate.lan").text();
  expect(text).toBe("Recovery codes of Hushgate at http://hushgate.lan. Each counts once.\n\naa-bb\ncc-dd\n");
});
