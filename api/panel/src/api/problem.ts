/** What went wrong, as the box or the way to it says. */
import type { components } from "./document";

export type Fault = components["schemas"]["Fault"];

/** The box has refused, with its reason (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly hint: string = "",
    readonly faults: readonly Fault[] = [],
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** No answer came: the box is away, or the network is. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.name = "Unreachable";
  }
}

/** The problem that an answer's body tells; a body that is none becomes one without a detail. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body !== "object" || body === null) return new Problem(status, "");
  const told = body as Partial<components["schemas"]["Problem"]>;
  return new Problem(status, told.detail || told.title || "", told.hint ?? "", told.errors ?? []);
}
