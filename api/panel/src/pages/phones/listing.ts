/** How the list of phones is ordered, and who in it is new. */

export const SORTS = ["-last_seen", "name", "-first_seen", "-asked", "-blocked"] as const;
export type Sort = (typeof SORTS)[number];

const DAY = 86_400;
const NEW = 7 * DAY;

export function sortOf(wanted: string | null): Sort {
  return SORTS.find((sort) => sort === wanted) ?? "-last_seen";
}

interface Seen {
  first_seen: number;
}

/** Unix seconds: when the first of them came; `now` where none did. */
function oldestOf(devices: readonly Seen[], now: number): number {
  return devices.reduce((least, one) => (one.first_seen ? Math.min(least, one.first_seen) : least), now);
}

/** Unix seconds: who was first seen after that is new. Not all are where the box itself is new: its first day does not
 * count. */
export function newSince(devices: readonly Seen[], now: number): number {
  return Math.max(now - NEW, oldestOf(devices, now) + DAY);
}

/** When the first of them came, where that is so lately that all are new; else undefined. */
export function allNewSince(devices: readonly Seen[], now: number): number | undefined {
  const oldest = oldestOf(devices, now);
  return oldest > now - NEW ? oldest : undefined;
}

/** What stands below a device's name: who made it, and the address it was seen with last. */
export function aboutOf(device: {
  key: string;
  maker: string;
  kind: string;
  addresses: readonly string[];
}): string[] {
  const address = device.addresses[0] ?? "";
  return [device.kind, device.maker, device.key, address === device.key ? "" : address].filter(Boolean);
}

/** "child, tablet" → its tags, each once. */
export function tagsOf(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ];
}
