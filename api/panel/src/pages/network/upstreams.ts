/** Whom the box asks, in words. */
import type { Schemas } from "$lib/api/client";
import type { Values } from "$lib/format/pieces";
import { shown } from "$lib/format/shown";
import type { Tone } from "$lib/format/words";
import { language, t } from "$lib/texts";

export type Network = Schemas["NetworkPublic"];
export type Upstream = Schemas["UpstreamSeenPublic"];
export type Setting = Schemas["SettingPublic"];
export type Update = Partial<Schemas["NetworkUpdate"]>;

export const MOST = 16;

export type PresetKey = "quad9" | "mullvad" | "dns4eu" | "cloudflare" | "recursive";

/** Public resolvers by address and the name in their certificate: so that none of them has to be looked up first. */
export const PRESETS: readonly { key: PresetKey; url: string }[] = [
  { key: "quad9", url: "tls://9.9.9.9#dns.quad9.net" },
  { key: "mullvad", url: "tls://194.242.2.2#dns.mullvad.net" },
  { key: "dns4eu", url: "tls://86.54.11.100#unfiltered.joindns4.eu" },
  { key: "cloudflare", url: "tls://1.1.1.1#one.one.one.one" },
  { key: "recursive", url: "recursive" },
];

const URL_FORM =
  /^(udp|tcp|tls|https):\/\/(\[[0-9a-fA-F:.]+\]|[^[\]:/#?@\s]+)(:\d{1,5})?(\/[^#\s]*)?(#\S+)?$/;

/** Does it look like an address of an upstream? The box knows it better, and is asked before it is saved. */
export const isUpstream = (text: string): boolean => text === "recursive" || URL_FORM.test(text);

/** "Quad9"; of one that is not known its host. */
export function nameOf(url: string): string {
  const preset = PRESETS.find((one) => one.url === url);
  if (preset) return t.network.adding.presets[preset.key].name;
  const found = URL_FORM.exec(url);
  if (!found) return shown(url);
  const [, , host = "", port = "", , name = ""] = found;
  return shown(name.slice(1) || (port ? host + port : host.replace(/^\[|\]$/g, "")));
}

export const protocolOf = (url: string): string => (url === "recursive" ? url : (url.split("://")[0] ?? ""));

/** Those that are asked about everything. */
export const general = (network: Network): Upstream[] => network.upstreams.filter(({ domain }) => !domain);

export function settingOf(network: Network, key: string): Setting | undefined {
  return network.settings.find((setting) => setting.key === key);
}

/** What is set: not what the machine has where nobody is named. */
export function urlsSet(network: Network): string[] {
  return [...((settingOf(network, "dns.upstreams")?.value as string[] | undefined) ?? [])];
}

/** The domains that are asked elsewhere than before; those that are asked like all others now have no upstreams. */
export function domainsChanged(
  network: Network,
  wanted: Readonly<Record<string, readonly string[]>>,
): { domain: string; urls: readonly string[] }[] {
  const before = (settingOf(network, "dns.domains")?.value ?? {}) as Record<string, string[]>;
  return [...new Set([...Object.keys(before), ...Object.keys(wanted)])]
    .map((domain) => ({ domain, urls: wanted[domain] ?? [] }))
    .filter(({ domain, urls }) => urls.join("\n") !== (before[domain] ?? []).join("\n"));
}

/** The whole of what this box asks, in one sentence. */
export function opening(network: Network): { text: string; values: Values; tone: Tone } {
  const say = t.network.opening;
  const all = general(network);
  const down = all.filter(({ state }) => state === "down");
  const up = all.filter(({ state }) => state === "up");
  const named = (some: readonly Upstream[]) => ({ text: listed(some.map(({ url }) => nameOf(url))) });
  const one = all.length === 1;
  if (!all.length) return { text: say.nobody, values: {}, tone: "stop" };
  if (down.length === all.length)
    return { text: one ? say.noneOne : say.none, values: { names: named(all) }, tone: "stop" };
  if (down.length && up.length) {
    const values = { down: { ...named(down), tone: "stop" as const }, up: named(up) };
    return { text: down.length > 1 ? say.someDown : say.some, values, tone: "plain" };
  }
  if (!up.length) return { text: say.unknown, values: { names: named(all) }, tone: "plain" };
  const names = { ...named(up), tone: "pass" as const };
  return { text: up.length === 1 ? say.upOne : say.up, values: { names }, tone: "plain" };
}

function listed(names: readonly string[]): string {
  if (names.length > 3) return t.network.many(names.length);
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
}

/** The way back from a change: what was set here, and the default where nothing was. */
export function backFrom(network: Network, changes: Update): Update {
  const back = Object.keys(changes)
    .filter((key) => key !== "force")
    .map((key) => {
      const before = settingOf(network, `dns.${key}`);
      return [key, before?.source === "panel" ? before.value : null];
    });
  return { ...(Object.fromEntries(back) as Update), force: true }; // it was in force before
}

/** Where a setting is to be changed that is not to be changed here. */
export function elsewhere(setting: Setting): string {
  const say = t.network.settings.elsewhere;
  const [section = "", name = ""] = setting.key.split(".");
  const variable = `HUSHGATE_${section.toUpperCase()}__${name.toUpperCase()}`;
  const source = setting.source in say ? setting.source : "default";
  const inFile = `[${section}] ${name}`;
  return say[source]?.(source === "environment" ? variable : inFile) ?? "";
}

/** A value of a setting, as text. */
export function valueSaid(value: unknown): string {
  if (value === true || value === false) return value ? t.shared.yes : t.shared.no;
  if (Array.isArray(value)) return value.length ? shown(value.join(", ")) : t.shared.none;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, one]) => `${key}: ${valueSaid(one)}`);
    return pairs.length ? shown(pairs.join("; ")) : t.shared.none;
  }
  return value === "" || value === null || value === undefined
    ? t.network.settings.empty
    : shown(String(value));
}

/** Lines of a field, each once, without those that are empty. */
export const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
