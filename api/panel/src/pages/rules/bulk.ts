/** One act on many rules, as the API takes it. */
import type { Schemas } from "$lib/api/client";

type Rule = Schemas["RuleListed"];

export const ACTS = ["enable", "disable", "move", "tag", "untag", "remove"] as const;
export type Act = (typeof ACTS)[number];

/** Those that the act can be done with: of a bundle's rule only whether it counts is the user's to say. */
export function meant(act: Act, rules: readonly Rule[]): readonly Rule[] {
  return act === "enable" || act === "disable" ? rules : rules.filter((rule) => !rule.origin);
}

/** `word`: the group or the tag. */
export function bodyOf(act: Act, rules: readonly Rule[], word: string): Schemas["RulesBulk"] {
  const body: Schemas["RulesBulk"] = { create: [], update: [], delete: [] };
  if (act === "remove") body.delete = rules.map((rule) => rule.id);
  else body.update = rules.map((rule) => ({ id: rule.id, ...edit(act, rule, word) }));
  return body;
}

function edit(act: Act, rule: Rule, word: string): Omit<Schemas["RuleUpdateOne"], "id"> {
  if (act === "move") return { group: word };
  if (act === "tag") return { tags: [...new Set([...rule.tags, word])] };
  if (act === "untag") return { tags: rule.tags.filter((tag) => tag !== word) };
  return { enabled: act === "enable" };
}
