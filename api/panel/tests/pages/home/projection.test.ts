import { describe, expect, test } from "vitest";

import { latitudeAt, longitudeAt, project, RATIO } from "$lib/pages/home/projection";

const WIDTH = 600;

describe("the map", () => {
  test("there and back again", () => {
    for (const [longitude, latitude] of [
      [13.4, 52.5],
      [-74, 40.7],
      [139.7, 35.7],
      [-168, 65],
      [151.2, -33.9],
    ] as const) {
      const { x, y } = project(longitude, latitude, WIDTH);
      expect(longitudeAt(x, WIDTH)).toBeCloseTo(longitude, 6);
      expect(latitudeAt(y, WIDTH)).toBeCloseTo(latitude, 6);
    }
  });

  test("what lies beyond its edges is drawn at them", () => {
    expect(project(0, 90, WIDTH).y).toBe(0);
    expect(project(0, -90, WIDTH).y).toBeCloseTo(RATIO * WIDTH, 6);
  });

  test("north is up, east is right", () => {
    expect(project(13, 60, WIDTH).y).toBeLessThan(project(13, 40, WIDTH).y);
    expect(project(-74, 40, WIDTH).x).toBeLessThan(project(116, 40, WIDTH).x);
  });
});
