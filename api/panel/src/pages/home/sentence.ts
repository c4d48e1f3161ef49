/** Which sentence Home and a phone's page open with. Never more than the log says. */
import type { Schemas } from "$lib/api/client";

export type Tally = Pick<Schemas["TelemetryPublic"], "attempts" | "stopped" | "got_through">;

/** - nothing: nobody asked anything
 *  - quiet: asked, but nothing of it is a known attempt to report
 *  - none: attempts, all stopped
 *  - unanswered: none got through, but not all were stopped: some found nobody to answer
 *  - some: some got through
 *  - all: nothing was stopped */
export type Case = "nothing" | "quiet" | "none" | "unanswered" | "some" | "all";

export function caseOf(asked: number, tally: Tally): Case {
  if (!asked) return "nothing";
  if (!tally.attempts) return "quiet";
  if (!tally.got_through) return tally.stopped === tally.attempts ? "none" : "unanswered";
  return tally.got_through === tally.attempts ? "all" : "some";
}
