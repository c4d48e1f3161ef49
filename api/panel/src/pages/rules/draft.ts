/** What is in the editor, and what is sent of it. */
import type { Schemas } from "$lib/api/client";
import { namedIn, textOf, wishOf, type Reach } from "./wish";

type Rule = Schemas["RulePublic"];

export interface Draft {
  /** A name, or a rule as it is written. */
  typed: string;
  allow: boolean;
  reach: Reach;
  important: boolean;
  device: string;
  group: string;
  comment: string;
  /** With commas between them. */
  tags: string;
  enabled: boolean;
  /** Seconds from now, "keep", or "until" the time in `until`. */
  lasts: string;
  /** As an input of the browser has it: "2026-11-22T20:00". */
  until: string;
}

/** As a field of one line takes it. */
export const oneLine = (typed: string): string => typed.replace(/[\r\n]+/g, " ").slice(0, 2000);

export const blank = (typed: string, allow: boolean, group: string): Draft => ({
  typed,
  allow,
  reach: "suffix",
  important: false,
  device: "",
  group: group || "everyone",
  comment: "",
  tags: "",
  enabled: true,
  lasts: "0",
  until: "",
});

/** The draft of a rule that is there. One that the editor could not have written stays as it is written. */
export function draftOf(rule: Rule): Draft {
  const wish = wishOf(rule.text);
  return {
    ...blank(wish?.name ?? rule.text, wish?.allow ?? false, rule.group),
    ...(wish && { reach: wish.reach, important: wish.important, device: wish.device }),
    comment: rule.comment,
    tags: rule.tags.join(", "),
    enabled: rule.enabled,
    lasts: rule.expires ? "keep" : "0",
  };
}

/** The rule that the draft says; "" while nothing is typed. */
export function ruleText(draft: Draft): string {
  const named = namedIn(draft.typed);
  if (!named) return draft.typed.trim();
  return textOf({ ...draft, name: named.name, reach: named.reach ?? draft.reach });
}

const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

function lasting(draft: Draft): { expires?: number; for?: number } {
  if (draft.lasts === "keep") return {};
  if (draft.lasts === "until") return { expires: Math.floor(Date.parse(draft.until) / 1000) };
  const seconds = Number(draft.lasts);
  return seconds ? { for: seconds } : { expires: 0 };
}

/** A rule to be added. */
export function created(draft: Draft): Schemas["RuleCreate"] {
  return {
    text: ruleText(draft),
    group: draft.group,
    comment: draft.comment.trim(),
    tags: tagsOf(draft.tags),
    enabled: draft.enabled,
    ...lasting(draft),
  };
}

/** What is to change of a rule; empty where nothing is. */
export function edited(draft: Draft, rule: Rule): Schemas["RuleUpdate"] {
  const wanted = created(draft);
  const changes: Schemas["RuleUpdate"] = {};
  // A plain name and `|name^` are the same: the text stays as it was written while its meaning does.
  if (wanted.text !== ruleText(draftOf(rule))) changes.text = wanted.text;
  if (wanted.group !== rule.group) changes.group = wanted.group;
  if (wanted.comment !== rule.comment) changes.comment = wanted.comment;
  if (wanted.enabled !== rule.enabled) changes.enabled = wanted.enabled;
  if (tagsOf(draft.tags).join() !== rule.tags.join()) changes.tags = wanted.tags;
  if (draft.lasts !== "keep" && !(draft.lasts === "0" && !rule.expires))
    Object.assign(changes, lasting(draft));
  return changes;
}

/** What it takes to make a rule again as it was: the way back from an edit. */
export function asItWas(rule: Rule): Schemas["RuleUpdate"] {
  const { text, group, comment, tags, enabled, expires } = rule;
  return { text, group, comment, tags, enabled, expires };
}
