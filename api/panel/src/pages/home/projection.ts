/** The world in a rectangle: the Patterson projection (T. Patterson, 2014), without Antarctica, and cut where nobody
 * lives: in the Pacific. */

export interface Point {
  x: number;
  y: number;
}

const C1 = 1.0148;
const C2 = 0.23185;
const C3 = -0.14499;
const C4 = 0.02406;
const MIDDLE = 11; // degrees east: the cut goes through the Bering strait
const NORTH = 79;
const SOUTH = -56;

function rise(latitude: number): number {
  const phi = (latitude * Math.PI) / 180;
  const square = phi * phi;
  return phi * (C1 + square * square * (C2 + square * (C3 + square * C4)));
}

const TOP = rise(NORTH);
const BOTTOM = rise(SOUTH);

/** Height of a map of width 1. */
export const RATIO = (TOP - BOTTOM) / (2 * Math.PI);

/** Where a place lies on a map of this width. */
export function project(longitude: number, latitude: number, width: number): Point {
  const turned = ((longitude - MIDDLE + 540) % 360) / 360; // 0 to 1
  const clamped = Math.max(SOUTH, Math.min(NORTH, latitude));
  return { x: turned * width, y: ((TOP - rise(clamped)) / (2 * Math.PI)) * width };
}

/** The degrees east of a column. */
export function longitudeAt(x: number, width: number): number {
  return (((((x / width) * 360 - 180 + MIDDLE + 540) % 360) + 360) % 360) - 180;
}

/** The degrees north of a row. */
export function latitudeAt(y: number, width: number): number {
  const wanted = TOP - (y / width) * 2 * Math.PI;
  let low = SOUTH;
  let high = NORTH;
  for (let turn = 0; turn < 40; turn++) {
    const middle = (low + high) / 2;
    if (rise(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
