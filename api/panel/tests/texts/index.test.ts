import { describe, expect, test } from "vitest";

import { action, purpose } from "$lib/format/words";
import { t } from "$lib/texts";

// What every object has without anybody having put it there.
const INHERITED = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "__defineGetter__"];

/** Every table of words in `texts`, however deep. */
function tables(texts: object): object[] {
  const parts = Object.values(texts).filter((part) => typeof part === "object" && part !== null) as object[];
  return [...parts, ...parts.flatMap(tables)].filter((part) => !Array.isArray(part));
}

describe("words looked up by what others chose", () => {
  test("no table knows a word that nobody put into it", () => {
    const found = tables(t);
    expect(found.length).toBeGreaterThan(50);
    for (const table of found)
      for (const word of INHERITED) expect((table as Record<string, unknown>)[word]).toBeUndefined();
  });

  test("hostile words are shown as they stand", () => {
    for (const word of INHERITED) {
      expect(purpose(word)).toBe(word);
      expect(action(word)).toBe(word);
    }
  });
});
