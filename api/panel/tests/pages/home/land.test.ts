import { describe, expect, test } from "vitest";

import { crossings, dots, fetchLand, ringsOf } from "$lib/pages/home/land";
import { project } from "$lib/pages/home/projection";

const WIDTH = 600;
const STEP = 6;

/** Is there a dot near this place? */
function dotted(path: string, longitude: number, latitude: number): boolean {
  const { x, y } = project(longitude, latitude, WIDTH);
  return [...path.matchAll(/M([\d.]+) ([\d.]+)h0/g)].some(
    ([, left, top]) => Math.abs(Number(left) - x) <= STEP / 2 && Math.abs(Number(top) - y) <= STEP / 2,
  );
}

describe("the land in dots", () => {
  test("borders of a square are found in order", () => {
    const square = ringsOf([
      {
        type: "Polygon",
        coordinates: [
          [
            [10, 0],
            [20, 0],
            [20, 10],
            [10, 10],
            [10, 0],
          ],
        ],
      },
    ]);
    expect(crossings(square, 5)).toEqual([10, 20]);
    expect(crossings(square, 15)).toEqual([]);
  });

  test("continents are land, oceans are not", async () => {
    const path = dots(await fetchLand(), WIDTH, STEP);
    for (const [longitude, latitude] of [
      [10, 50],
      [100, 35],
      [-100, 40],
      [-55, -10],
      [20, 5],
      [135, -25],
      [175, 67], // Siberia, across the 180th degree …
      [-173, 66], // … and what of it lies beyond
    ] as const)
      expect(dotted(path, longitude, latitude), `${longitude} ${latitude}`).toBe(true);
    for (const [longitude, latitude] of [
      [-40, 40],
      [-30, -20],
      [80, -20],
      [-150, 20],
      [-120, -17], // where outlines that cross the 180th degree would leave a stripe
    ] as const)
      expect(dotted(path, longitude, latitude), `${longitude} ${latitude}`).toBe(false);
  });
});
