/** A sentence with places in it for what stands out: "Your phones tried {times} today." */

export interface Value {
  text: string;
  /** The rows behind it. */
  href?: string | undefined;
  tone?: "stop" | "pass" | "warn" | undefined;
  strong?: boolean | undefined;
  /** A host name: in monospace. */
  mono?: boolean | undefined;
}

export interface Piece extends Value {
  /** A value, and no word of the sentence: it may be written from right to left. */
  foreign?: true;
}

export type Values = Readonly<Record<string, Value | string>>;

/** The sentence in pieces, its places filled. A place without a value stays as it is written. */
export function pieces(sentence: string, values: Values): Piece[] {
  return sentence
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => {
      const place = /^\{(\w+)\}$/.exec(part)?.[1];
      const value = place === undefined || !Object.hasOwn(values, place) ? undefined : values[place];
      if (value === undefined) return { text: part };
      return typeof value === "string" ? { text: value, foreign: true } : { ...value, foreign: true };
    });
}

/** The same as plain text, for labels. */
export function plain(sentence: string, values: Values): string {
  return pieces(sentence, values)
    .map((piece) => piece.text)
    .join("");
}
