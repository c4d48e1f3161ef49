/** A rule in words. Names and whatever else a stranger may have written are made harmless here. */
import { shown } from "$lib/format/shown";
import type { Tone } from "$lib/format/words";
import { t } from "$lib/texts";
import { type Conditions, type Parts, partsOf } from "./reading";

export interface Told {
  /** "stops", in its colour. */
  does: string;
  tone: Tone;
  /** What it is about: a name, or what is looked for in names. */
  subject: string;
  /** "and all below it". */
  reach: string;
  /** "only for Anna's phone". */
  conditions: string[];
  /** The text says more than that or something else: it is to be shown as well. */
  plain: boolean;
}

/** What the rule says; of one that is not understood here, only its text. */
export function told(text: string): Told {
  const parts = partsOf(text);
  const say = t.rules.telling;
  if (!parts)
    return { does: say.rule, tone: "plain", subject: text, reach: "", conditions: [], plain: false };
  return {
    ...act(parts),
    subject: parts.subject,
    reach: say.reaches[parts.match],
    conditions: conditions(parts),
    plain: parts.match !== "regex" && parts.match !== "part",
  };
}

/** The same in one sentence: for the editor, and for who cannot see the row. */
export function sentence(text: string): string {
  const { does, subject, reach, conditions } = told(text);
  return [`${does} ${shown(subject)}`, reach, ...conditions].filter(Boolean).join(", ").replace(", ,", ",");
}

function act(parts: Parts): { does: string; tone: Tone } {
  const say = t.rules.telling;
  if (parts.disables) return { does: say.disables, tone: "warn" };
  if (parts.answer !== undefined)
    return parts.allow ? { does: say.noAnswer, tone: "pass" } : { does: say.answers, tone: "warn" };
  return parts.allow ? { does: say.allows, tone: "pass" } : { does: say.stops, tone: "stop" };
}

function conditions(parts: Parts): string[] {
  const say = t.rules.telling;
  const found: string[] = [];
  if (parts.answer) found.push(say.with(shown(parts.answer)));
  found.push(...each(parts.only, say.only), ...each(parts.not, say.not));
  if (parts.important) found.push(say.important);
  return found;
}

function each(given: Conditions, say: Record<keyof Conditions, (words: string) => string>): string[] {
  const kinds: (keyof Conditions)[] = ["clients", "tags", "types", "names"];
  return kinds
    .filter((kind) => given[kind].length)
    .map((kind) => say[kind](given[kind].map(shown).join(", ")));
}
