/** Phones in columns of groups, and what a move comes to. */
import type { Group, Phone } from "./found";

export const MOST_MOVED = 1000;

export interface Column {
  group: Group;
  /** Those that are looked for. */
  phones: readonly Phone[];
  /** How many are in it in all. */
  count: number;
}

/** A column for each group, in the order of the groups. A phone of a group that is gone by now is left out: it comes
 * back with the next look. */
export function columnsOf(groups: readonly Group[], phones: readonly Phone[], words: string): Column[] {
  const columns = new Map(groups.map((group) => [group.name, { group, phones: [] as Phone[], count: 0 }]));
  const wanted = words.trim().toLowerCase();
  for (const phone of phones) {
    const column = columns.get(phone.group);
    if (!column) continue;
    column.count++;
    if (!wanted || fits(phone, wanted)) column.phones.push(phone);
  }
  return [...columns.values()];
}

function fits(phone: Phone, wanted: string): boolean {
  const words = [phone.name, phone.key, phone.kind, phone.maker, ...phone.addresses, ...phone.tags];
  return words.some((word) => word.toLowerCase().includes(wanted));
}

/** The phones that a drag takes along: all that are selected where the one that is held is one of them. */
export function dragged(held: string, selected: ReadonlySet<string>): string[] {
  return selected.has(held) ? [...selected] : [held];
}

/** Of these the ones that are not there already. */
export function toMove(phones: readonly Phone[], keys: readonly string[], group: string): Phone[] {
  const wanted = new Set(keys);
  return phones.filter((phone) => wanted.has(phone.key) && phone.group !== group);
}
