/** The verdict that stands in the log, beside the one that the same name would get now. */
import type { Schemas } from "$lib/api/client";

type Row = Pick<Schemas["LogPublic"], "action" | "rule" | "name">;
type Why = Pick<Schemas["WhyPublic"], "action" | "rule">;

/** "same": the same word by the same rule. "other-rule": to the same end. "differs". "beside": what was decided then
 * does not hang on the name (the answer was refused, too many asked), so nothing can be said by the name alone. */
export type Compared = "same" | "other-rule" | "differs" | "beside";

const BESIDE = ["answer", "limit"];

export function compared(row: Row, why: Why): Compared {
  if (row.rule && BESIDE.includes(row.rule.layer)) return "beside";
  if (row.action === "refused") return "beside";
  if (row.action !== why.action) return "differs";
  const [then, now] = [row.rule, why.rule];
  if (!then && !now) return "same";
  if (!then || !now) return "other-rule";
  const same = then.layer === now.layer && then.list === now.list && then.line === now.line;
  // A pause says until when in its text; a rule that was edited keeps its number.
  return same && (then.layer === "pause" || !then.text || then.text === now.text) ? "same" : "other-rule";
}
