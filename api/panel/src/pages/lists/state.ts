/** How a list is, in a word. */
import type { Schemas } from "$lib/api/client";
import type { Tone } from "$lib/format/words";
import { t } from "$lib/texts";

/** The worst that is true of it. */
export function stateOf(list: Schemas["ListPublic"]): { text: string; tone: Tone } {
  const say = t.lists.states;
  if (!list.enabled) return { text: say.off, tone: "plain" };
  if (list.error) return { text: say.failed, tone: "stop" };
  if (!list.fetched) return { text: say.never, tone: "warn" };
  return list.refused ? { text: say.lines(list.refused), tone: "warn" } : { text: say.good, tone: "pass" };
}
