import { describe, expect, test } from "vitest";

import { action, country, purpose, toneOf } from "$lib/format/words";

describe("short words of the API", () => {
  test("countries by their names, what is none as it stands", () => {
    expect(country("CN")).toBe("China");
    expect(country("ZZZ")).toBe("ZZZ");
    expect(country("")).toBe("");
    expect(country("<b>")).toBe("<b>");
  });

  test("purposes as a person says them, several too, unknown ones as they stand", () => {
    expect(purpose("browser-history")).toBe("browsing log");
    expect(purpose("analytics, crash")).toBe("usage reports, crash reports");
    expect(purpose("mining")).toBe("mining");
    expect(purpose("")).toBe("");
  });

  test("what became of an attempt, and its colour", () => {
    expect(action("blocked")).toBe("stopped");
    expect(action("vanished")).toBe("vanished");
    expect(["blocked", "refused", "observed", "allowed", "rewritten"].map(toneOf)).toEqual([
      "stop",
      "stop",
      "warn",
      "pass",
      "plain",
    ]);
  });
});
