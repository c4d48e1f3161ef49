/** How a bundle is, in a word. */
import type { Schemas } from "$lib/api/client";
import type { Tone } from "$lib/format/words";
import { t } from "$lib/texts";

/** The worst that is true of it at `now`, in Unix seconds. */
export function stateOf(bundle: Schemas["BundlePublic"], now: number): { text: string; tone: Tone } {
  const say = t.bundles.states;
  if (bundle.error) return { text: say.failed, tone: "stop" };
  if (!bundle.version) return { text: say.waiting, tone: "warn" };
  if (bundle.expires && bundle.expires <= now) return { text: say.expired, tone: "warn" };
  return { text: say.good, tone: "pass" };
}
