/** How a webhook fares, in a word. */
import type { Schemas } from "$lib/api/client";
import type { Tone } from "$lib/format/words";

export type Webhook = Schemas["WebhookPublic"];
export type Kind = Schemas["EventKind"];
export type State = "works" | "fails" | "off" | "new";

export const KINDS: readonly Kind[] = ["new-device", "first-contact", "list-failed", "tampering"];

const TONES: Record<State, Tone> = { works: "pass", fails: "stop", off: "plain", new: "plain" };

export function stateOf(webhook: Webhook): { state: State; tone: Tone } {
  const state = !webhook.enabled ? "off" : webhook.failures ? "fails" : webhook.last_time ? "works" : "new";
  return { state, tone: TONES[state] };
}
