/** What somebody means who types "redmi blocked xiaomi": filters. Only words; nothing is asked of anybody. */
import { country } from "$lib/format/words";
import { midnight } from "$lib/format/times";
import { t } from "$lib/texts";

import { added, isField, moment, type Field, type Filter } from "./filters";

/** What there is to be meant. */
export interface Known {
  devices: readonly { key: string; name: string; addresses: readonly string[] }[];
  companies: readonly string[];
  purposes: readonly string[];
  countries: readonly string[]; // codes
  lists: readonly string[];
}

export const NOTHING: Known = { devices: [], companies: [], purposes: [], countries: [], lists: [] };

export const ACTIONS = ["blocked", "allowed", "observed", "rewritten", "refused"] as const;
const CHANNELS = ["dns", "ip", "tls", "quic", "http", "sinkhole", "push"] as const;
export const TYPES = ["A", "AAAA", "HTTPS", "SVCB", "TXT", "MX", "NS", "PTR", "SRV", "CNAME", "SOA", "ANY"];

const LONGEST = 4; // words of one meaning: "a way around your DNS" is asked for by less
const SHORTEST = 3; // letters by which something is known that is not written out
const DAY = 86_400;

/** The filters in this text, in its order. What is known as nothing else is a part of a name. */
export function understood(text: string, known: Known, now: number): Filter[] {
  const words = text.trim().split(/\s+/).filter(Boolean);
  let found: Filter[] = [];
  for (let at = 0; at < words.length;) {
    let taken = 0;
    for (let length = Math.min(LONGEST, words.length - at); length > 0 && !taken; length--) {
      const meant = exactly(words.slice(at, at + length).join(" "), known, now);
      if (meant) {
        found = added(found, meant);
        taken = length;
      }
    }
    if (!taken) found = added(found, partly(words[at]!, known));
    at += taken || 1;
  }
  return found;
}

/** The filters that a phrase is the whole name of; none at all for a word that says nothing. */
function exactly(phrase: string, known: Known, now: number): Filter[] | undefined {
  const low = phrase.toLowerCase();
  const one = (field: Field, value: string | undefined) => (value ? [{ field, value }] : undefined);
  const same = (value: string) => value.toLowerCase() === low;
  const [, key = "", value = ""] = /^([a-z]+):(.+)$/i.exec(phrase) ?? [];
  const field = t.log.fieldWords[key.toLowerCase()];
  if (field && isField(field)) {
    if (!/\s/.test(value)) return named(field, value, known);
    const whole = exactly(value, known, now); // of several words it must be the whole name of something
    return whole?.every((one) => one.field === field) && whole.length ? whole : undefined;
  }
  const device = known.devices.find((it) => [it.name, it.key, ...it.addresses].some((word) => same(word)));
  if (device) return one("device", device.key);
  if (t.log.ignored.includes(low)) return [];
  return (
    one(
      "action",
      ACTIONS.find((word) => word === low || t.log.actionWords[word].includes(low)),
    ) ??
    times(low, now) ??
    one("company", known.companies.find(same)) ??
    one(
      "purpose",
      known.purposes.find((word) => same(word) || t.words.purposes[word]?.toLowerCase() === low),
    ) ??
    one(
      "country",
      known.countries.find((code) => code === phrase || country(code).toLowerCase() === low),
    ) ??
    one("list", known.lists.find(same)) ??
    // "a" and "any" are words of English before they are types.
    one(
      "type",
      TYPES.find((type) => type === phrase || (same(type) && !["A", "ANY", "NS"].includes(type))),
    ) ??
    one(
      "channel",
      CHANNELS.find((word) => same(word) || t.words.channels[word]?.toLowerCase() === low),
    )
  );
}

/** `phone:redmi`, `company:xiaomi`: the field is said. */
function named(field: Field, value: string, known: Known): Filter[] | undefined {
  const one = (made: string) => [{ field, value: made }];
  const low = value.toLowerCase();
  if (field === "device") {
    const found = devicesOf(low, known);
    return found.length ? found : one(value);
  }
  if (field === "type") return one(value.toUpperCase());
  if (field === "rule" || field === "line") return /^\d{1,9}$/.test(value) ? one(value) : undefined;
  if (field === "since" || field === "until") return Number.isNaN(moment(value)) ? undefined : one(value);
  if (field === "action") return one(ACTIONS.find((word) => t.log.actionWords[word].includes(low)) ?? low);
  if (field === "country") {
    return one(known.countries.find((code) => country(code).toLowerCase() === low) ?? value.toUpperCase());
  }
  if (field === "company") return one(known.companies.find((word) => word.toLowerCase() === low) ?? value);
  return one(field === "name" || field === "channel" || field === "layer" ? low : value);
}

/** The filters that a word says something of: a phone's name has it, a company begins with it. */
function partly(word: string, known: Known): Filter[] {
  const low = word.toLowerCase();
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(word) || /^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(word)) {
    return [{ field: "address", value: low }];
  }
  if (/[.*?]/.test(word)) return belowToo(low);
  if (word.length >= SHORTEST) {
    const devices = devicesOf(low, known);
    if (devices.length) return devices;
    const company = known.companies.filter((one) => one.toLowerCase().startsWith(low));
    if (company.length) return company.map((value) => ({ field: "company" as const, value }));
  }
  return [{ field: "name", value: `*${low}*` }];
}

/** A name with a wildcard is itself; a whole one is meant with all that is below it. */
function belowToo(name: string): Filter[] {
  const bare = name.replace(/^\.+|\.+$/g, "");
  if (/[*?]/.test(name) || !bare) return [{ field: "name", value: name }];
  return [
    { field: "name", value: bare },
    { field: "name", value: `*.${bare}` },
  ];
}

function devicesOf(low: string, known: Known): Filter[] {
  return known.devices
    .filter(({ name, key }) => name.toLowerCase().includes(low) || key.toLowerCase() === low)
    .map(({ key }) => ({ field: "device", value: key }));
}

function times(low: string, now: number): Filter[] | undefined {
  const span = t.log.span(low);
  if (span === undefined) return undefined;
  const today = midnight(new Date(now * 1000));
  if (span === "today") return [{ field: "since", value: String(today) }];
  if (span === "yesterday") {
    const before = midnight(new Date((today - DAY / 2) * 1000)); // a day of 23 or 25 hours is one, too
    return [
      { field: "since", value: String(before) },
      { field: "until", value: String(today - 1) },
    ];
  }
  return [{ field: "since", value: ago(now, span) }];
}

/** Whole minutes: they read better. */
function ago(now: number, span: number): string {
  return String(Math.floor((now - span) / 60) * 60);
}

/** What could be meant by a text that is still being typed, the likeliest first. */
export function suggested(text: string, known: Known, now: number, most = 12): Filter[][] {
  const low = text.trim().toLowerCase();
  if (!low) return openings(known, now);
  const whole = understood(text, known, now);
  const fits = (word: string | undefined) => !!word && word.toLowerCase().includes(low);
  const of = (field: Field, values: readonly string[]) => values.map((value) => [{ field, value }]);
  const each: Filter[][] = [
    ...of(
      "device",
      known.devices
        .filter((one) => fits(one.name) || fits(one.key) || one.addresses.some((address) => fits(address)))
        .map((one) => one.key),
    ).slice(0, 4),
    ...of(
      "action",
      ACTIONS.filter((word) => fits(word) || t.log.actionWords[word].some(fits)),
    ),
    ...of("company", known.companies.filter(fits)).slice(0, 4),
    ...of(
      "purpose",
      known.purposes.filter((word) => fits(word) || fits(t.words.purposes[word])),
    ).slice(0, 3),
    ...of(
      "country",
      known.countries.filter((code) => fits(country(code))),
    ).slice(0, 3),
    ...of("list", known.lists.filter(fits)).slice(0, 3),
    ...of(
      "type",
      TYPES.filter((type) => type.toLowerCase() === low),
    ),
    ...of(
      "channel",
      CHANNELS.filter((word) => fits(word) || fits(t.words.channels[word])),
    ).slice(0, 2),
  ];
  if (!/\s/.test(low) && !low.includes(":"))
    each.push([{ field: "name", value: /[*?]/.test(low) ? low : `*${low}*` }]);
  const seen = new Set<string>();
  return [whole, ...each]
    .filter((one) => {
      const key = JSON.stringify(one);
      return one.length > 0 && !seen.has(key) && seen.add(key);
    })
    .slice(0, most);
}

/** What is often wanted, before anything is typed. */
function openings(known: Known, now: number): Filter[][] {
  return [
    ...ACTIONS.slice(0, 3).map((value) => [{ field: "action" as const, value }]),
    ...known.devices.slice(0, 5).map(({ key }) => [{ field: "device" as const, value: key }]),
    [{ field: "purpose", value: "browser-history" }],
    [{ field: "since", value: ago(now, 3600) }],
    [{ field: "since", value: String(midnight(new Date(now * 1000))) }],
  ];
}
