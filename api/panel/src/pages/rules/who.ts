/** Who has changed a rule last, as far as the generations tell. */
import type { Schemas } from "$lib/api/client";

type Generation = Schemas["GenerationPublic"];

const NEAR = 5; // seconds between a rule's change and the generation that it is in force with

/** The generation that came with the rule's last change: the one that names it, or the one of that moment. */
export function whoChanged(
  generations: readonly Generation[],
  rule: { id: number; created: number; changed: number },
): Generation | undefined {
  const at = rule.changed || rule.created;
  const near = generations.filter(({ created }) => created >= at - 1 && created <= at + NEAR);
  return near.find(({ cause }) => new RegExp(`^rule ${rule.id}\\b`).test(cause)) ?? near.at(-1);
}
