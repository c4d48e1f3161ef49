/** All that the panel says, in the reader's language.
 *
 * A language is a folder beside en/ that exports the same texts; it is added to LANGUAGES. Texts with numbers are
 * functions, so that each language counts in its own way.
 */
import { en } from "./en";

export type Texts = typeof en;

const LANGUAGES: Record<string, Texts> = { en };

/** The first of the reader's languages that there are texts in. */
export const language =
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES) ?? "en";

export const t: Texts = own(LANGUAGES[language] ?? en);

/** Words are looked up by what others chose: "constructor" must be as unknown as any other that is not among them. */
function own<T extends object>(texts: T): T {
  for (const part of Object.values(texts) as unknown[]) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    own(Object.setPrototypeOf(part, null) as object);
  }
  return texts;
}
