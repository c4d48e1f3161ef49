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

const COMMENT = /^\s*(?:[!#]|\[ad(?:block|guard))/i;
const BARE = /^[^\s|^$@*/#]+\.[^\s|^$@*/#]+$/;

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
    if (BARE.test(withoutComment(line))) found.names++;
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
      if (COMMENT.test(line) || !BARE.test(name)) return line;
      return (allow ? "@@" : "") + (below ? `||${name}^` : `|${name}^`);
    })
    .join("\n");
}

function withoutComment(line: string): string {
  return line.replace(/\s#.*$/, "").trim();
}
