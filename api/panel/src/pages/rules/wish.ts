/** What a person wants done with a name, and the rule that says it. */

export type Reach = "suffix" | "exact" | "below";

export interface Wish {
  name: string;
  allow: boolean;
  reach: Reach;
  /** Whatever other rules say. */
  important: boolean;
  /** The key of the one device that it is for; empty for all of the group. */
  device: string;
}

const AROUND: Record<Reach, (name: string) => string> = {
  suffix: (name) => `||${name}^`,
  exact: (name) => `|${name}^`,
  below: (name) => `*.${name}`,
};

/** The rule's text. */
export function textOf({ name, allow, reach, important, device }: Wish): string {
  const modifiers = [important && "important", device && `client=${quoted(device)}`].filter(Boolean);
  return (allow ? "@@" : "") + AROUND[reach](name) + (modifiers.length ? `$${modifiers.join(",")}` : "");
}

const quoted = (word: string): string => word.replace(/[\\,'"|]/g, "\\$&");

export interface Named {
  name: string;
  /** Where more than a name was given, what of it is left aside. */
  from: "name" | "url" | "hosts";
  reach?: Reach;
}

// An address at the beginning and white space: a line of a hosts file.
const HOSTS = /^(?:[0-9a-f:]*:[0-9a-f:.]*|\d{1,3}(?:\.\d{1,3}){3})\s+(\S+)\s*(?:#.*)?$/i;
const URL_START = /^([a-z][a-z0-9+.-]*):\/\//i;
const LONGEST = 2000; // characters: these expressions are slow on rubbish without end
const RULE_SIGNS = /[|^$@*/#]/;

/** The name that somebody typed or pasted, with whatever was around it; undefined for what is a rule already. */
export function namedIn(typed: string): Named | undefined {
  const text = typed.trim();
  if (text.length > LONGEST) return undefined;
  const hosts = HOSTS.exec(text)?.[1];
  if (hosts) return RULE_SIGNS.test(hosts) ? undefined : { name: bare(hosts), from: "hosts" };
  if (URL_START.test(text)) return inAddress(text);
  if (text.startsWith("*.")) {
    const rest = text.slice(2);
    return rest && !RULE_SIGNS.test(rest) ? { name: bare(rest), from: "name", reach: "below" } : undefined;
  }
  // "example.org/path" is an address without its beginning; "/ads[0-9]/" is an expression.
  if (/^[^/|^$@*#\s]+\.[^/|^$@*#\s]+\/\S*$/.test(text)) return inAddress(`https://${text}`);
  if (!text || RULE_SIGNS.test(text)) return undefined;
  return { name: bare(text), from: "name" };
}

function inAddress(text: string): Named | undefined {
  // Not by `new URL`: it would write an international name in its wire form.
  const authority = text.replace(URL_START, "").split(/[/?#]/, 1)[0] ?? "";
  const host = authority.replace(/^.*@/, "").replace(/:\d*$/, "");
  return host && !RULE_SIGNS.test(host) ? { name: bare(host), from: "url" } : undefined;
}

const bare = (name: string): string => name.replace(/\.$/, "").toLowerCase();

/** The wish behind a rule that this editor could have written; undefined for any other. */
export function wishOf(text: string): Wish | undefined {
  const found = /^(@@)?(\|\||\||\*\.)([^|^$@*/#\s,]+)(\^?)(?:\$(.*))?$/.exec(text);
  if (!found) return plain(text);
  const [, allow, sign, name = "", end, modifiers = ""] = found;
  if ((sign === "*.") === Boolean(end)) return undefined;
  const wish: Wish = {
    name,
    allow: Boolean(allow),
    reach: sign === "||" ? "suffix" : sign === "|" ? "exact" : "below",
    important: false,
    device: "",
  };
  for (const modifier of modifiers ? modifiers.split(",") : []) {
    if (modifier === "important") wish.important = true;
    else if (/^client=[0-9a-f:.]+$/i.test(modifier)) wish.device = modifier.slice("client=".length);
    else return undefined;
  }
  return wish;
}

function plain(text: string): Wish | undefined {
  const allow = text.startsWith("@@");
  const name = allow ? text.slice(2) : text;
  if (!name.includes(".") || name.startsWith(".") || /[|^$@*/#\s,]/.test(name)) return undefined;
  return { name, allow, reach: "exact", important: false, device: "" };
}
