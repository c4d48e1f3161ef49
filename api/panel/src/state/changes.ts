/** Tells of a change that is in force, with the way back, and of what it warns of. */
import type { Schemas } from "$lib/api/client";
import { said } from "$lib/format/errors";
import { shown } from "$lib/format/shown";
import { t } from "$lib/texts";

import { toasts } from "./toasts.svelte";

interface InForce {
  applied?: Schemas["AppliedPublic"];
  warnings?: readonly string[];
}

/** `text` with where `answer` is in force. `undo` is offered for some seconds. */
export function changed(text: string, answer?: object, undo?: () => Promise<void>): void {
  const { applied, warnings } = (answer ?? {}) as InForce;
  const parts = [text];
  if (applied) parts.push(t.shared.inForce(applied.workers, applied.of, applied.ms));
  const back =
    undo &&
    (async () => {
      try {
        await undo();
        toasts.done(t.shared.undone);
      } catch (error) {
        failed(error);
      }
    });
  const [first, ...others] = warnings ?? [];
  if (first) parts.push(shown(first));
  if (others.length) parts.push(t.shared.moreWarnings(others.length)); // a message is no page
  toasts.done(parts.join(" "), back);
}

/** Tells that something could not be done. */
export function failed(error: unknown): void {
  const { text, more } = said(error);
  toasts.failed(text, more.join(" "));
}

/** Do it, and tell if it failed: for buttons without a place of their own for an error. True if it was done. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}
