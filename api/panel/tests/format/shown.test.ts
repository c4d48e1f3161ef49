import { describe, expect, test } from "vitest";

import { deviceName, shown } from "$lib/format/shown";

describe("hostile words", () => {
  test.each([
    ["www.example.org", "www.example.org"],
    ["a\0b", "a\\u{0}b"],
    ["a\nb", "a\\u{a}b"],
    ["\x1b[31mred", "\\u{1b}[31mred"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["\u2066a\u2069", "\\u{2066}a\\u{2069}"],
    ["\ufeff\u200b", "\\u{feff}\\u{200b}"],
    ["a\u200db", "a\\u{200d}b"],
    ["\ud800", "\\u{d800}"],
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["Anna’s Handy ☎", "Anna’s Handy ☎"],
  ])("%j is shown as %j", (text, wanted) => {
    expect(shown(text)).toBe(wanted);
  });

  test("an emoji of several characters stays whole", () => {
    expect(shown("👩‍💻 👍🏽 👨‍👩‍👧 🏳️‍🌈")).toBe("👩‍💻 👍🏽 👨‍👩‍👧 🏳️‍🌈");
  });

  test("a device without a name goes by its key", () => {
    expect(deviceName("127.0.0.1", "")).toBe("127.0.0.1");
    expect(deviceName("127.0.0.1", "Anna\u202e")).toBe("Anna\\u{202e}");
  });
});
