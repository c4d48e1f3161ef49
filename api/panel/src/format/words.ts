/** Short words of the API as a person would say them. */
import { language, t } from "$lib/texts";
import { lazily } from "./lazily";

const countries = lazily(() => new Intl.DisplayNames([language], { type: "region", fallback: "code" }));

/** "CN" is "China"; what is no country's code stays as it is. */
export function country(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries().of(code) ?? code) : code;
}

/** "browser-history" is "browsing log"; several, as "analytics, push", are named each. */
export function purpose(words: string): string {
  return words
    .split(/,\s*/)
    .filter(Boolean)
    .map((word) => t.words.purposes[word] ?? word)
    .join(", ");
}

export function action(word: string): string {
  return (t.words.actions as Record<string, string>)[word] ?? word;
}

export type Tone = "stop" | "pass" | "warn" | "plain";

/** The colour of what became of an attempt. */
export function toneOf(word: string): Tone {
  if (word === "blocked" || word === "refused") return "stop";
  if (word === "observed") return "warn";
  return word === "allowed" ? "pass" : "plain";
}
