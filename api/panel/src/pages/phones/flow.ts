/** Who a phone talks to, as a tree: company → purpose → host, with how much of it and what became of it. */
import type { Schemas } from "$lib/api/client";

export type Flow = Schemas["FlowPublic"];

/** What became of it, in the order in which it is drawn. */
export const PARTS = ["stop", "warn", "pass", "mute"] as const;
export type Part = (typeof PARTS)[number];

export interface Branch {
  key: string;
  /** Empty: `others` of them together. */
  label: string;
  others: number;
  count: number;
  parts: Record<Part, number>;
  /** What `/v1/log` filters by for its rows; undefined where that cannot be said. */
  filters: { company?: string; purpose?: string; name?: string } | undefined;
  children: Branch[];
}

const KNOWN = 11; // hosts of companies that are shown by their names
const UNKNOWN = 4; // and of nobody the catalogue knows: browsing, mostly

const OF: Record<string, Part> = { blocked: "stop", rewritten: "stop", observed: "warn", allowed: "pass" };

interface Host {
  company: string;
  purpose: string;
  name: string;
  count: number;
  parts: Record<Part, number>;
}

/** The most frequent hosts by their names, all others together: nothing is left out of the sums. */
export function tree(flows: readonly Flow[]): Branch[] {
  const hosts = hostsOf(flows);
  const shown = new Set([
    ...hosts.filter((host) => host.company).slice(0, KNOWN),
    ...hosts.filter((host) => !host.company).slice(0, UNKNOWN),
  ]);
  const companies = new Set([...shown].map((host) => host.company));
  const purposes = new Set([...shown].map((host) => `${host.company}\n${host.purpose}`));
  const root = branch("", "", undefined);
  for (const host of hosts) {
    const { company, purpose } = host;
    const ownCompany = companies.has(company);
    const ownPurpose = purposes.has(`${company}\n${purpose}`);
    const first = ownCompany
      ? child(root, `c ${company}`, company, { company })
      : child(root, "others", "", undefined);
    const second = ownPurpose
      ? child(first, `p ${purpose}`, purpose, { company, purpose })
      : child(first, "others", "", first.filters);
    const third = shown.has(host)
      ? child(second, `n ${host.name}`, host.name, { company, purpose, name: host.name })
      : child(second, "others", "", second.filters);
    if (!ownCompany) first.others++;
    if (!ownPurpose) second.others++;
    if (!shown.has(host)) third.others++;
    for (const one of [root, first, second, third]) add(one, host);
  }
  return sorted(root);
}

function hostsOf(flows: readonly Flow[]): Host[] {
  const found = new Map<string, Host>();
  for (const flow of flows) {
    const key = `${flow.company}\n${flow.purpose}\n${flow.name}`;
    let host = found.get(key);
    if (!host) {
      const { company, purpose, name } = flow;
      found.set(key, (host = { company, purpose, name, count: 0, parts: none() }));
    }
    host.count += flow.count;
    host.parts[OF[flow.action] ?? "mute"] += flow.count;
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

function none(): Record<Part, number> {
  return { stop: 0, warn: 0, pass: 0, mute: 0 };
}

function branch(key: string, label: string, filters: Branch["filters"]): Branch {
  return { key, label, filters, others: 0, count: 0, parts: none(), children: [] };
}

function child(of: Branch, key: string, label: string, filters: Branch["filters"]): Branch {
  let found = of.children.find((one) => one.key === key);
  if (!found) of.children.push((found = branch(key, label, filters)));
  return found;
}

function add(to: Branch, host: Host): void {
  to.count += host.count;
  for (const part of PARTS) to.parts[part] += host.parts[part];
}

/** Most first; what is together, or of nobody known, at the end. */
function sorted(of: Branch): Branch[] {
  const last = (one: Branch) => (one.key === "others" ? 2 : one.key === "c " ? 1 : 0);
  for (const one of of.children) sorted(one);
  return of.children.sort((a, b) => last(a) - last(b) || b.count - a.count);
}
