/** Sentences with commands in them: "the command `hushgate backup` takes that along". */

export interface Part {
  text: string;
  /** A command, or a word of a settings file: in monospace. */
  code: boolean;
}

/** The sentence in parts. A mark that is never closed stays as it is written. */
export function coded(sentence: string): Part[] {
  return sentence
    .split(/(`[^`]+`)/)
    .filter(Boolean)
    .map((part) =>
      /^`[^`]+`$/.test(part) ? { text: part.slice(1, -1), code: true } : { text: part, code: false },
    );
}
