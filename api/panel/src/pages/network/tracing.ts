/** A question's way through the box, in words and as lengths. */
import type { Schemas } from "$lib/api/client";
import type { Tone } from "$lib/format/words";

export type Trace = Schemas["TracePublic"];
type Step = Schemas["StepPublic"];

const TONES: Record<string, Tone> = {
  allowed: "pass",
  answered: "pass",
  blocked: "stop",
  refused: "stop",
  failed: "stop",
  observed: "warn",
  rewritten: "warn",
};

export const toneOf = (did: string): Tone => TONES[did] ?? "plain";

/** How much of the time each link took, in percent. Nothing is so short that it cannot be seen. */
export function shares(links: readonly Step[]): number[] {
  const all = links.reduce((sum, link) => sum + link.ms, 0);
  return links.map((link) => (all > 0 ? Math.max(1, Math.round((100 * link.ms) / all)) : 0));
}

/** "0.02 ms": a link may take less than what other times are told by. */
export function took(ms: number): string {
  if (ms < 0.1) return `${ms.toFixed(2)} ms`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** An answer that leads nowhere on purpose. */
export const isNowhere = (answer: Trace["answer"]): boolean =>
  answer.records.length > 0 && answer.records.every((record) => /^(A 0\.0\.0\.0|AAAA ::) /.test(record));
