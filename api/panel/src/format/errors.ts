/** Errors as one sentence and what to do. */
import { Problem, Unreachable } from "$lib/api/problem";
import { t } from "$lib/texts";

import { shown } from "./shown";

/** `more`: the hint, and what is wrong where. */
export function said(error: unknown): { text: string; more: string[] } {
  if (error instanceof Unreachable) return { text: t.errors.unreachable, more: [t.errors.unreachableHint] };
  if (error instanceof Problem) {
    const faults = error.faults.map(
      (fault) => `${fault.where.replace(/^(body|query)\./, "")}: ${fault.what}`,
    );
    const text = error.detail ? capital(shown(error.detail)) : t.errors.status(error.status);
    return { text, more: [error.hint, ...faults].filter(Boolean).map(shown) };
  }
  return { text: t.errors.unknown, more: [shown(String(error))] };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
