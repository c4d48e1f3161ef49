/** Long words where there is little room. */
import { shown } from "$lib/format/shown";
import { day } from "$lib/format/times";
import { lazily } from "$lib/format/lazily";

/** A host of `most` characters at most: its end says whose it is, its beginning what for. */
export function briefHost(name: string, most = 72): string {
  const text = shown(name);
  if (text.length <= most) return text;
  const tail = Math.floor(most * 0.6);
  return `${cut(text, 0, most - tail - 1)}…${cut(text, text.length - tail)}`;
}

/** Words of `most` characters at most. */
export function brief(words: string, most = 48): string {
  const text = shown(words);
  return text.length <= most ? text : `${cut(text, 0, most - 1)}…`;
}

/** As `slice`, without half a character at either end. */
function cut(text: string, from: number, to = text.length): string {
  const isLow = (at: number) => /[\udc00-\udfff]/.test(text.charAt(at));
  return text.slice(isLow(from) ? from + 1 : from, isLow(to) ? to - 1 : to);
}

const short = lazily(() => new Intl.DateTimeFormat(navigator.language, { day: "numeric", month: "short" }));

/** "22 Nov", with the year where it is another one. */
export function dayHere(at: number, now: Date = new Date()): string {
  const date = new Date(at * 1000);
  return date.getFullYear() === now.getFullYear() ? short().format(date) : day(at);
}
