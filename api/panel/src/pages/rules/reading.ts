/** A rule taken apart, to be told in words. Whether it is one, the box says; what is not understood here is shown as
 * it stands. */

export interface Parts {
  /** "regex" and "part": `subject` is no name, but what is looked for within names. */
  match: "exact" | "suffix" | "below" | "part" | "regex";
  subject: string;
  allow: boolean;
  important: boolean;
  /** Switches off the rule of the same text. */
  disables: boolean;
  only: Conditions;
  /** But not for these. */
  not: Conditions;
  /** What it answers with instead; undefined for none, "" where that is not told. */
  answer: string | undefined;
}

export interface Conditions {
  clients: string[];
  tags: string[];
  types: string[];
  names: string[];
}

const nothing = (): Conditions => ({ clients: [], tags: [], types: [], names: [] });

const HOSTS = /^([0-9a-f:]*:[0-9a-f:.]*|\d{1,3}(?:\.\d{1,3}){3})\s+(\S+)\s*(?:#.*)?$/i;
const NOWHERE = /^(0\.0\.0\.0|127\.\d+\.\d+\.\d+|::1?)$/;

/** The parts of one rule; undefined where it is of another kind than is known here. */
export function partsOf(text: string): Parts | undefined {
  const rule = text.trim();
  const hosts = HOSTS.exec(rule);
  if (hosts) return ofHosts(hosts[1] ?? "", hosts[2] ?? "");
  const allow = rule.startsWith("@@");
  const [pattern, options] = cut(allow ? rule.slice(2) : rule);
  const parts: Parts = {
    ...matched(pattern),
    allow,
    important: false,
    disables: false,
    only: nothing(),
    not: nothing(),
    answer: undefined,
  };
  if (!parts.subject) return undefined;
  for (const option of options ? pieces(options, ",") : []) {
    if (!take(parts, option)) return undefined;
  }
  return parts;
}

function ofHosts(address: string, name: string): Parts {
  return {
    match: "exact",
    subject: name,
    allow: false,
    important: false,
    disables: false,
    only: nothing(),
    not: nothing(),
    answer: NOWHERE.test(address) ? undefined : address,
  };
}

/** Pattern and modifiers; a regular expression keeps its own `$`. */
function cut(body: string): [string, string] {
  if (body.startsWith("/") && !body.startsWith("//")) {
    if (body.length > 2 && body.endsWith("/")) return [body, ""];
    const at = body.lastIndexOf("/$");
    return at > 0 ? [body.slice(0, at + 1), body.slice(at + 2)] : [body, ""];
  }
  const at = body.indexOf("$");
  return at < 0 ? [body, ""] : [body.slice(0, at), body.slice(at + 1)];
}

function matched(pattern: string): { match: Parts["match"]; subject: string } {
  if (/^\/.+\/$/.test(pattern) && !pattern.startsWith("//"))
    return { match: "regex", subject: pattern.slice(1, -1) };
  const [, sign = "", body = "", end = ""] = /^(\|\||\|)?(.*?)(\^\**\|?|\|)?$/s.exec(pattern) ?? [];
  const inside = body.replace(/^\*\./, "");
  if (inside.includes("*")) return { match: "part", subject: pattern };
  if (inside !== body) {
    // "*.name" is what is below; with a `|` before it or an open end it is a part of a name.
    const below = Boolean(end) || !sign;
    return below ? { match: "below", subject: inside } : { match: "part", subject: pattern };
  }
  if (sign === "||" && end) return { match: "suffix", subject: body };
  if (sign === "|" && end) return { match: "exact", subject: body };
  if (!sign && body.startsWith(".")) return { match: "below", subject: body.slice(1) };
  if (!sign && !end) return { match: "exact", subject: body };
  return { match: "part", subject: pattern };
}

function take(parts: Parts, option: string): boolean {
  const at = option.indexOf("=");
  const name = at < 0 ? option : option.slice(0, at);
  const value = at < 0 ? "" : option.slice(at + 1);
  if (name === "important") parts.important = true;
  else if (name === "badfilter") parts.disables = true;
  else if (name === "client") share(parts, "clients", pieces(value, "|"));
  else if (name === "ctag") share(parts, "tags", value.split("|"));
  else if (name === "dnstype") share(parts, "types", value.split("|"));
  else if (name === "denyallow") parts.not.names.push(...value.split("|"));
  else if (name === "dnsrewrite") parts.answer = answered(value);
  else return false;
  return true;
}

function share(parts: Parts, kind: keyof Conditions, words: string[]): void {
  for (const word of words) {
    const not = word.startsWith("~");
    (not ? parts.not : parts.only)[kind].push(unquoted(not ? word.slice(1) : word));
  }
}

/** "NOERROR;A;192.0.2.1" is "192.0.2.1". */
function answered(value: string): string {
  const [code = "", , ...data] = value.split(";");
  return unquoted(data.length ? data.join(";") || code : code);
}

function unquoted(word: string): string {
  const first = word.charAt(0);
  const whole = word.length > 1 && (first === "'" || first === '"') && word.endsWith(first);
  return (whole ? word.slice(1, -1) : word).replace(/\\(.)/g, "$1");
}

/** Cut at separators that are neither escaped nor quoted; a quote opens only where a value begins. */
export function pieces(text: string, separator: string): string[] {
  const found: string[] = [];
  let start = 0;
  let before = "";
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at++;
    else if (quote) quote = char === quote ? "" : quote;
    else if ((char === "'" || char === '"') && ["", "=", "~", "|"].includes(before)) quote = char;
    else if (char === separator) {
      found.push(text.slice(start, at));
      start = at + 1;
    }
    before = char;
  }
  return [...found, text.slice(start)];
}
