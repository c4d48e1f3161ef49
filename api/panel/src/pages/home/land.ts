/** The land as dots in rows. */
import type { MultiPolygon, Polygon, Position } from "geojson";

import { latitudeAt, longitudeAt, RATIO } from "./projection";

/** Rings of coordinates: outlines of land, and of lakes in it. */
export type Rings = readonly (readonly Position[])[];

export function ringsOf(shapes: readonly (Polygon | MultiPolygon)[]): Rings {
  return shapes
    .flatMap((shape) => (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat()))
    .map(unwrapped);
}

/** A ring that goes on behind the 180th degree, where one would jump to the other end of the map. */
function unwrapped(ring: readonly Position[]): Position[] {
  let turns = 0;
  let last = ring[0]?.[0] ?? 0;
  return ring.map(([x = 0, y = 0]) => {
    if (x - last > 180) turns -= 360;
    if (last - x > 180) turns += 360;
    last = x;
    return [x + turns, y];
  });
}

/** The outlines of all land, fetched with the first map that is shown. */
export async function fetchLand(): Promise<Rings> {
  const [{ feature }, { default: world }] = await Promise.all([
    import("topojson-client"),
    import("world-atlas/land-110m.json"),
  ]);
  const topology = world as unknown as import("topojson-specification").Topology;
  const found = feature(topology, topology.objects.land!);
  const features = found.type === "FeatureCollection" ? found.features : [found];
  return ringsOf(features.map((one) => one.geometry as Polygon | MultiPolygon));
}

/** Where the outlines cross this latitude, in degrees east, in order: land is between the 1st and 2nd, 3rd and 4th … */
export function crossings(rings: Rings, latitude: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    for (let at = 1; at < ring.length; at++) {
      const [x1 = 0, y1 = 0] = ring[at - 1]!;
      const [x2 = 0, y2 = 0] = ring[at]!;
      if (y1 > latitude !== y2 > latitude) found.push(x1 + ((latitude - y1) / (y2 - y1)) * (x2 - x1));
    }
  }
  return found.sort((one, other) => one - other);
}

/** Is it land, between borders as of `crossings`, which may lie a turn further? */
function isBetween(borders: readonly number[], longitude: number): boolean {
  for (let turned = longitude - 360; turned <= longitude + 360; turned += 360) {
    let west = 0;
    while (west < borders.length && borders[west]! < turned) west++;
    if (west % 2) return true;
  }
  return false;
}

/** A path of dots for a map of this width, `step` pixels apart; its stroke makes them round. */
export function dots(rings: Rings, width: number, step: number): string {
  const parts: string[] = [];
  const height = RATIO * width;
  const columns = Math.floor(width / step);
  const margin = (width - (columns - 1) * step) / 2;
  for (let y = step / 2; y < height; y += step) {
    const borders = crossings(rings, latitudeAt(y, width));
    for (let column = 0; column < columns; column++) {
      const x = margin + column * step;
      const longitude = longitudeAt(x, width);
      if (isBetween(borders, longitude)) parts.push(`M${x.toFixed(1)} ${y.toFixed(1)}h0`);
    }
  }
  return parts.join("");
}
