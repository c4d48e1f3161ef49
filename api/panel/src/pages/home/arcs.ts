/** From where attempts were headed to lines on the map and words beside them. */
import type { Schemas } from "$lib/api/client";

import { project, RATIO, type Point } from "./projection";

type Places = Pick<Schemas["PlacesPublic"], "countries"> & { home?: Schemas["PlacesPublic"]["home"] };
type Destination = Schemas["DestinationPublic"];

export interface Arc {
  key: string;
  path: string;
  /** How many, as a part of the most: 0 to 1. */
  share: number;
  tone: "stop" | "pass" | "mute";
}

export interface Spot {
  country: string;
  companies: string[];
  attempts: number;
  stopped: number;
  through: number;
  at: Point;
  share: number;
  tone: "stop" | "pass" | "mute";
}

const HOP = 0.035; // of the map's width: nearer than that is drawn as a loop

/** Destinations by country, most attempts first; those whose country lies nowhere are left out. */
export function spots(found: readonly Destination[], places: Places, width: number): Spot[] {
  const byCountry = new Map<string, Spot>();
  for (const one of found) {
    const place = places.countries[one.country];
    if (!place) continue;
    let spot = byCountry.get(one.country);
    if (!spot) {
      const at = project(place.longitude, place.latitude, width);
      spot = {
        country: one.country,
        companies: [],
        attempts: 0,
        stopped: 0,
        through: 0,
        at,
        share: 0,
        tone: "stop",
      };
      byCountry.set(one.country, spot);
    }
    spot.companies.push(one.company);
    spot.attempts += one.attempts;
    spot.stopped += one.stopped;
    spot.through += one.got_through;
  }
  const sorted = [...byCountry.values()].sort((a, b) => b.attempts - a.attempts);
  const most = sorted[0]?.attempts ?? 1;
  for (const spot of sorted) {
    spot.share = spot.attempts / most;
    spot.tone = toneOf(spot.stopped, spot.through);
  }
  return sorted;
}

/** One line for each company and country, and for what became of it: those to one place are fanned out. */
export function arcs(found: readonly Destination[], places: Places, width: number): Arc[] {
  if (!places.home) return [];
  const home = project(places.home.longitude, places.home.latitude, width);
  const most = Math.max(1, ...found.map((one) => Math.max(one.stopped, one.got_through)));
  const fan = new Map<string, number>();
  const drawn: Arc[] = [];
  for (const one of found) {
    const place = places.countries[one.country];
    if (!place) continue;
    const end = project(place.longitude, place.latitude, width);
    const ways: [Arc["tone"], number][] = [
      ["stop", one.stopped],
      ["pass", one.got_through],
    ];
    if (!one.stopped && !one.got_through) ways.push(["mute", one.attempts]);
    for (const [tone, count] of ways) {
      if (!count) continue;
      const turn = fan.get(one.country) ?? 0;
      fan.set(one.country, turn + 1);
      drawn.push({
        key: `${one.country} ${one.company} ${tone}`,
        path: curve(home, end, turn, width),
        share: count / most,
        tone,
      });
    }
  }
  return drawn;
}

/** What could not be drawn: its country is not known. */
export function nowhere(found: readonly Destination[], places: Places): number {
  return found.reduce((sum, one) => sum + (places.countries[one.country] ? 0 : one.attempts), 0);
}

function toneOf(stopped: number, through: number): Spot["tone"] {
  if (through > stopped) return "pass";
  return stopped ? "stop" : "mute";
}

/** Bent towards the north, each further one a little more. */
function curve(from: Point, to: Point, turn: number, width: number): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < HOP * width) return loop(from, to, turn, width);
  const lift = length * (0.2 + 0.05 * turn);
  const x = (from.x + to.x) / 2 + ((to.y - from.y) / length) * lift * Math.sign(to.x - from.x || 1) * 0.35;
  const y = Math.max(-0.02 * width, (from.y + to.y) / 2 - lift);
  return `M${text(from)}Q${text({ x, y })} ${text(to)}`;
}

function loop(from: Point, to: Point, turn: number, width: number): string {
  const size = width * (0.035 + 0.012 * turn);
  const left = { x: from.x - size, y: from.y - size * 1.4 };
  const right = { x: to.x + size, y: to.y - size * 1.4 };
  return `M${text(from)}C${text(left)} ${text(right)} ${text(to)}`;
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

export interface Label {
  spot: Spot;
  left: number;
  top: number;
  side: "left" | "right";
}

const GAP = 9;
const DOT = 4; // about the radius of a dot
const LARGEST = 3;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Room {
  width: number;
  /** Of a label, in pixels. */
  height: number;
  /** How many there are at most: more would be a crowd. */
  most: number;
  /** The width of a label in pixels. */
  lengthOf: (spot: Spot) => number;
  /** Where something else stands. */
  taken?: readonly Box[];
}

/** Where the names of the places stand: beside their dots, never over each other, over other dots or off the map. Who
 * finds no room has none: the table has them all. */
export function labels(all: readonly Spot[], { width, height, most, lengthOf, taken = [] }: Room): Label[] {
  const boxes = [...taken];
  const placed: Label[] = [];
  for (const spot of all) {
    if (placed.length === most) break;
    const size = lengthOf(spot);
    const tries = (["right", "left"] as const).flatMap((side) =>
      [-height / 2, -height - 2, 2].map((down) => ({
        side,
        x: side === "right" ? spot.at.x + GAP : spot.at.x - GAP - size,
        y: spot.at.y + down,
      })),
    );
    // The largest are told even over a smaller one.
    const others =
      placed.length < LARGEST ? [] : all.filter((one) => one !== spot).map(({ at }) => around(at));
    const fits = tries.find(({ x, y }) => {
      const box = { x, y, width: size, height };
      const inside = x >= 0 && x + size <= width && y >= 0 && y + height <= RATIO * width;
      return inside && ![...boxes, ...others].some((other) => overlap(box, other));
    });
    if (!fits) continue;
    boxes.push({ x: fits.x, y: fits.y, width: size, height });
    placed.push({ spot, left: fits.x, top: fits.y, side: fits.side });
  }
  return placed;
}

function around({ x, y }: Point): Box {
  return { x: x - DOT, y: y - DOT, width: 2 * DOT, height: 2 * DOT };
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
