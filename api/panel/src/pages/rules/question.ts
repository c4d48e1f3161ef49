/** A question that a person tries: what a phone would ask. It stands in the page's address. */

export const LONGEST = 1100; // characters of a name, however it is written

export interface Question {
  name: string;
  /** The key of the one that asks; empty for anybody. */
  device: string;
  type: string;
}

export function questionIn(query: URLSearchParams): Question {
  return {
    name: (query.get("name") ?? "").slice(0, LONGEST),
    device: query.get("device") ?? "",
    type: query.get("type") ?? "A",
  };
}
