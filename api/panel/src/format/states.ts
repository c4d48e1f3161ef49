/** The state of a phone in a word, with its colour. */
import { t } from "$lib/texts";

import { shown } from "./shown";
import { purpose, type Tone } from "./words";

type State = "reports" | "around" | "quiet" | "paused" | "observed";

const TONES: Record<State, Tone> = {
  reports: "stop",
  around: "warn",
  quiet: "pass",
  paused: "warn",
  observed: "warn",
};

export function stateOf(state: State, purposes: string): { text: string; tone: Tone } {
  const text = state === "reports" ? t.words.states.reports(shown(purpose(purposes))) : t.words.states[state];
  return { text, tone: TONES[state] };
}
