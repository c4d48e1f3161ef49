/** What somebody typed into the editor and did not send: it is there again when the editor is opened anew. */
import type { Draft } from "./draft";

const drafts = new Map<number, Draft>();

/** `number`: of the rule; 0 of one that was to be added. */
export function leave(number: number, draft: Draft): void {
  drafts.set(number, draft);
}

/** What was left, once. */
export function takeUp(number: number): Draft | undefined {
  const draft = drafts.get(number);
  drafts.delete(number);
  return draft;
}

/** Is there more in the draft than was in it at first? */
export function touched(draft: Draft, first: Draft): boolean {
  return (Object.keys(draft) as (keyof Draft)[]).some((key) => draft[key] !== first[key]);
}
