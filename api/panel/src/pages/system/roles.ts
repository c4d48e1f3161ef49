/** What each part of the box says of itself, as a person reads it. */
import type { Schemas } from "$lib/api/client";
import { number } from "$lib/format/numbers";
import { shown } from "$lib/format/shown";
import { t } from "$lib/texts";

export type Role = Schemas["RolePublic"] & Record<string, unknown>;

export interface Told {
  /** What it has done since it started. */
  did: string[];
  /** What is not as it should be. */
  wrong: string[];
}

/** "dns-0" is a dns. */
export function kindOf(role: string): string {
  return role.replace(/-\d+$/, "");
}

/** `generation`: the one in force. */
export function told(role: Role, generation: number): Told {
  const say = t.system.overview;
  const did: string[] = [];
  const wrong: string[] = role.reason ? [shown(role.reason)] : [];
  const count = (of: unknown, name: string) => {
    const value = (of as Record<string, unknown> | undefined)?.[name];
    return typeof value === "number" ? value : undefined;
  };
  const add = (to: string[], value: number | undefined, words: (value: string, many: number) => string) => {
    if (value) to.push(words(number(value), value));
  };

  const packets = count(role.counts, "packets");
  if (packets !== undefined) did.push(say.answered(number(packets), packets));
  add(wrong, count(role.counts, "rate_limited"), say.limited);
  add(wrong, count(role.counts, "overload_dropped"), say.overloaded);
  add(did, count(role.events, "waiting"), say.waiting);
  add(wrong, count(role.events, "dropped"), say.lost);

  const stored = count(role.journal, "stored");
  if (stored !== undefined) did.push(say.stored(number(stored), stored));
  add(did, count(role.journal, "waiting"), say.waiting);
  add(wrong, count(role.journal, "refused"), say.refused);
  const reason = (role.journal as { reason?: unknown } | undefined)?.reason;
  if (typeof reason === "string" && reason) wrong.push(shown(reason));

  add(did, count(role.counts, "dns_brought_home"), say.broughtHome);
  add(did, count(role.counts, "encrypted_dns_refused"), say.encryptedRefused);
  if (typeof role.fault === "string" && role.fault) wrong.push(shown(role.fault));
  if (typeof role.listen === "string" && role.listen) did.push(say.listens(shown(role.listen)));
  if (typeof role.policy_fault === "string" && role.policy_fault) wrong.push(shown(role.policy_fault));
  if (kindOf(role.role) === "dns" && typeof role.generation === "number" && role.generation !== generation)
    wrong.push(say.behind(role.generation, generation));
  return { did, wrong };
}
