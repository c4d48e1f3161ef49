/** Many lines, as somebody pastes them: what they look like, and how bare names are to be taken. The box reads them. */
import { namedIn } from "./wish";

export interface Pasted {
  /** Lines that say something. */
  lines: number;
  comments: number;
  /** Bare names: `example.org`. */
  names: number;
  /** Lines of a hosts file: `0.0.0.0 example.org`. */
  hosts: number;
  /** Anything else: rules, or what is none. */
  others: number;
}

const LINE = 300; // characters of a line that are shown
const COMMENT = /^\s*(?:[!#]|\[ad(?:block|guard))/i;
const BARE = /^[^\s|^$@*/#]+\.[^\s|^$@*/#]+$/;
const LONGEST = 1100; // characters of a name, however it is written; longer lines are no names

const isBare = (name: string): boolean => name.length <= LONGEST && BARE.test(name);

/** What these lines are. */
export function looksLike(text: string): Pasted {
  const found: Pasted = { lines: 0, comments: 0, names: 0, hosts: 0, others: 0 };
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    if (COMMENT.test(line)) {
      found.comments++;
      continue;
    }
    found.lines++;
    if (isBare(withoutComment(line))) found.names++;
    else if (namedIn(line)?.from === "hosts") found.hosts++;
    else found.others++;
  }
  return found;
}

/** The lines with bare names widened to all below them (`||name^`), and, with `allow`, bare names let through. Each
 * line stays at its number, so that what the box says of line 12 is about line 12. */
export function prepared(text: string, { below, allow }: { below: boolean; allow: boolean }): string {
  if (!below && !allow) return text;
  return text
    .split("\n")
    .map((line) => {
      const name = withoutComment(line);
      if (COMMENT.test(line) || !isBare(name)) return line;
      return (allow ? "@@" : "") + (below ? `||${name}^` : `|${name}^`);
    })
    .join("\n");
}

function withoutComment(line: string): string {
  return line.replace(/\s#.*$/, "").trim();
}

/** Lines that cannot be taken, as they were pasted: `prepared` may have dressed them. */
export function asPasted<L extends { line: number; text: string }>(refused: readonly L[], text: string): L[] {
  if (!refused.length) return [];
  const lines = text.split("\n");
  return refused.map((one) => ({ ...one, text: lines[one.line - 1]?.trim().slice(0, LINE) || one.text }));
}
