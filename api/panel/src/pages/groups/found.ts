/** What all of these pages are made of: groups, phones, lists, pauses. */
import { api, ask, type Schemas } from "$lib/api/client";

export type Group = Schemas["GroupPublic"];
export type Phone = Schemas["DevicePublic"];
export type List = Schemas["ListPublic"];
export type Pause = Schemas["PausePublic"];

export interface Found {
  groups: readonly Group[];
  /** By name; the first `MOST_PHONES`. */
  phones: readonly Phone[];
  /** There are more phones than that. */
  further: boolean;
  lists: readonly List[];
  pauses: readonly Pause[];
}

export const EVERYONE = "everyone";
export const MOST_PHONES = 5000;
const PAGE = 1000;

export async function find(signal: AbortSignal): Promise<Found> {
  const query = { limit: PAGE };
  const [groups, lists, pauses, phones] = await Promise.all([
    ask(api.GET("/v1/groups", { params: { query }, signal })),
    ask(api.GET("/v1/lists", { params: { query }, signal })),
    ask(api.GET("/v1/pauses", { params: { query }, signal })),
    everyPhone(signal),
  ]);
  return { groups: groups.items, lists: lists.items, pauses: pauses.items, ...phones };
}

async function everyPhone(signal: AbortSignal): Promise<Pick<Found, "phones" | "further">> {
  const phones: Phone[] = [];
  let cursor = "";
  do {
    const part = await ask(api.GET("/v1/devices", { params: { query: { limit: PAGE, cursor } }, signal }));
    phones.push(...part.items);
    cursor = part.next;
  } while (cursor && phones.length < MOST_PHONES);
  return { phones, further: cursor !== "" };
}

/** The group's own pause, if it has one that is not over. */
export function pauseOf(pauses: readonly Pause[], group: string): Pause | undefined {
  return pauses.find((pause) => pause.scope === "group" && pause.target === group);
}

/** The pause for all, if there is one. */
export function pauseOfAll(pauses: readonly Pause[]): Pause | undefined {
  return pauses.find((pause) => pause.scope === "all");
}
