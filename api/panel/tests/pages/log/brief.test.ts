import { expect, test } from "vitest";

import { brief, briefHost, dayHere } from "$lib/pages/log/brief";

const LONG = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".");

test("a long host keeps its end, which says whose it is", () => {
  expect(LONG).toHaveLength(253);
  const short = briefHost(`${LONG.slice(0, -12)}.example.org`, 40);
  expect(short).toHaveLength(40);
  expect(short.startsWith("aaa")).toBe(true);
  expect(short.endsWith(".example.org")).toBe(true);
  expect(briefHost("a.example")).toBe("a.example");
});

test("what cannot be seen is written out before it is cut", () => {
  expect(briefHost("a\u0000b\u202e.example")).toBe("a\\u{0}b\\u{202e}.example");
  expect(brief("\u202eevil")).toBe("\\u{202e}evil");
});

test("no character is cut in two", () => {
  for (let most = 4; most < 24; most++) {
    for (const text of [brief("👩".repeat(20), most), briefHost("👩".repeat(20), most)]) {
      expect(() => encodeURIComponent(text)).not.toThrow(); // as it does for half a character
      expect(text.length).toBeLessThanOrEqual(most);
    }
  }
});

test("a day has its year only where that is another one", () => {
  const now = new Date(2026, 10, 22);
  expect(dayHere(new Date(2026, 10, 20).getTime() / 1000, now)).not.toContain("2026");
  expect(dayHere(new Date(2025, 10, 20).getTime() / 1000, now)).toContain("2025");
});
