import { describe, expect, test } from "vitest";

import { arcs, labels, nowhere, spots } from "$lib/pages/home/arcs";
import { RATIO } from "$lib/pages/home/projection";

const WIDTH = 600;
const PLACES = {
  home: { latitude: 52.5, longitude: 13.4, country: "DE" },
  countries: {
    DE: { latitude: 52.5, longitude: 13.4 },
    CN: { latitude: 39.9, longitude: 116.4 },
    SG: { latitude: 1.3, longitude: 103.8 },
    US: { latitude: 40.7, longitude: -74 },
  },
};
const to = (
  country: string,
  company: string,
  stopped: number,
  got_through = 0,
  attempts = stopped + got_through,
) => ({
  country,
  company,
  attempts,
  stopped,
  got_through,
});

describe("lines on the map", () => {
  test("one for each company and country, and for what became of it", () => {
    const found = arcs(
      [to("CN", "Xiaomi", 5), to("CN", "Alibaba", 3, 2), to("US", "Google", 0, 4)],
      PLACES,
      WIDTH,
    );
    expect(found.map((arc) => arc.key)).toEqual([
      "CN Xiaomi stop",
      "CN Alibaba stop",
      "CN Alibaba pass",
      "US Google pass",
    ]);
    expect(new Set(found.map((arc) => arc.path)).size).toBe(4);
    expect(found.map((arc) => arc.share)).toEqual([1, 0.6, 0.4, 0.8]);
  });

  test("what nobody answered is neither stopped nor let through", () => {
    expect(arcs([to("CN", "Xiaomi", 0, 0, 5)], PLACES, WIDTH).map((arc) => arc.tone)).toEqual(["mute"]);
  });

  test("none without a home; none into nowhere; a loop where it stays at home", () => {
    expect(arcs([to("CN", "Xiaomi", 5)], { ...PLACES, home: null }, WIDTH)).toEqual([]);
    expect(arcs([to("", "Xiaomi", 5), to("XX", "X", 1)], PLACES, WIDTH)).toEqual([]);
    const [loop] = arcs([to("DE", "X", 1)], PLACES, WIDTH);
    expect(loop?.path).toMatch(/^M[\d. ]+C/);
    expect(loop?.path).not.toContain("NaN");
  });

  test("what has no place is counted all the same", () => {
    expect(nowhere([to("", "Xiaomi", 5), to("XX", "X", 2), to("CN", "X", 1)], PLACES)).toBe(7);
  });
});

describe("names on the map", () => {
  const found = spots(
    [to("CN", "Xiaomi", 5), to("SG", "Xiaomi", 9), to("CN", "Alibaba", 2, 1)],
    PLACES,
    WIDTH,
  );
  const room = { width: WIDTH, height: 34, most: 9, lengthOf: () => 80 };

  test("countries are told once, with all their companies, most attempts first", () => {
    expect(found.map((spot) => [spot.country, spot.attempts, spot.companies])).toEqual([
      ["SG", 9, ["Xiaomi"]],
      ["CN", 8, ["Xiaomi", "Alibaba"]],
    ]);
    expect(found[1]?.tone).toBe("stop");
  });

  test("they stay on the map and apart from each other", () => {
    const placed = labels(found, room);
    expect(placed).toHaveLength(2);
    for (const { left, top } of placed) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + 80).toBeLessThanOrEqual(WIDTH);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top + 34).toBeLessThanOrEqual(RATIO * WIDTH);
    }
    const [one, other] = placed;
    expect(Math.abs(one!.top - other!.top) >= 34 || Math.abs(one!.left - other!.left) >= 80).toBe(true);
  });

  test("who finds no room, or comes too late, has none", () => {
    expect(labels(found, { ...room, lengthOf: () => WIDTH })).toEqual([]);
    expect(labels(found, { ...room, most: 1 }).map(({ spot }) => spot.country)).toEqual(["SG"]);
  });
});
