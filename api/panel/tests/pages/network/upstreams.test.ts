import { expect, test } from "vitest";

import { plain } from "$lib/format/pieces";
import {
  backFrom,
  domainsChanged,
  elsewhere,
  isUpstream,
  linesOf,
  nameOf,
  type Network,
  opening,
  type Setting,
  type Upstream,
  valueSaid,
} from "$lib/pages/network/upstreams";

const upstream = (url: string, state: string): Upstream => ({
  ...{ url, state, domain: "", protocol: "udp", latency_ms: null, queries: 0, failures: 0 },
  ...{ wrong: 0, last_error: "", last_ok: 0 },
});
const setting = (given: Partial<Setting>): Setting => ({
  ...{ key: "dns.blocked_ttl", value: 10, default: 10, source: "default", editable: true, says: "" },
  ...given,
});
const network = (given: Partial<Network>): Network => ({
  ...{ listen: [], upstreams: [], from_system: false, settings: [] },
  cache: { entries: 0, bytes: 0, limit: 0, hits: 0, misses: 0 },
  ...given,
});

test.each([
  ["tls://9.9.9.9#dns.quad9.net", "Quad9"],
  ["recursive", "Nobody in between"],
  ["udp://192.0.2.1", "192.0.2.1"],
  ["udp://192.0.2.1:5353", "192.0.2.1:5353"],
  ["udp://[2001:db8::1]", "2001:db8::1"],
  ["tls://192.0.2.1#dns.example", "dns.example"],
  ["https://dns.example/dns-query", "dns.example"],
  ["https://***@dns.example/", "https://***@dns.example/"],
  ["udp://a\u202eb", "a\\u{202e}b"],
])("%s is called %s", (url, name) => {
  expect(nameOf(url)).toBe(name);
});

test("what looks like an address of an upstream", () => {
  const right = ["recursive", "udp://192.0.2.1", "tcp://[2001:db8::1]:53", "https://dns.example/q"];
  expect(right.every(isUpstream)).toBe(true);
  expect(["", "9.9.9.9", "ftp://192.0.2.1", "udp://", "udp://a b"].some(isUpstream)).toBe(false);
});

const said = (upstreams: Upstream[]): string => {
  const { text, values } = opening(network({ upstreams }));
  return plain(text, values);
};

test("what a person wants to know first", () => {
  const [a, b] = ["udp://192.0.2.1", "udp://192.0.2.2"];
  expect(said([upstream(a, "up")])).toBe("192.0.2.1 answers what the box does not know.");
  expect(said([upstream(a, "up"), upstream(b, "up")])).toBe(
    "192.0.2.1 and 192.0.2.2 answer what the box does not know.",
  );
  expect(said([upstream(a, "down"), upstream(b, "up")])).toBe("192.0.2.1 does not answer. 192.0.2.2 does.");
  expect(said([upstream(a, "down"), upstream(b, "down")])).toContain("None of those");
  expect(said([upstream(a, "down")])).toContain("there is nobody else to ask");
  expect(said([upstream(a, "unknown")])).toContain("Nothing had to be asked yet");
  expect(said([])).toBe("Nobody is there to be asked.");
  expect(said(["1", "2", "3", "4"].map((one) => upstream(`udp://192.0.2.${one}`, "up")))).toBe(
    "4 upstreams answer what the box does not know.",
  );
});

test("that of a domain is nobody else's", () => {
  expect(said([{ ...upstream("udp://192.0.2.1", "down"), domain: "fritz.box." }])).toBe(
    "Nobody is there to be asked.",
  );
});

test("undo goes back to what was set here, else to the default", () => {
  const settings = [
    setting({ key: "dns.blocked_ttl", value: 60, source: "panel" }),
    setting({ key: "dns.serve_stale", value: true }),
  ];
  const back = backFrom(network({ settings }), { blocked_ttl: 5, serve_stale: false, force: false });
  expect(back).toEqual({ blocked_ttl: 60, serve_stale: null, force: true });
});

test("where a setting is changed that is not changed here", () => {
  const key = "dns.cache_mb";
  expect(elsewhere(setting({ key, source: "environment" }))).toContain("HUSHGATE_DNS__CACHE_MB");
  expect(elsewhere(setting({ key, source: "file" }))).toContain("[dns] cache_mb");
  expect(elsewhere(setting({ key, source: "default" }))).toContain("[dns] cache_mb");
});

test("values as text", () => {
  expect([true, 3, "", [], ["a", "b"], { a: ["b"] }, {}, "x\u0000"].map(valueSaid)).toEqual([
    ...["Yes", "3", "empty", "None", "a, b", "a: b", "None"],
    "x\\u{0}",
  ]);
});

test("lines, each once", () => {
  expect(linesOf(" a\n\nb, a ")).toEqual(["a", "b"]);
});

test("the domains that a change asks elsewhere", () => {
  const value = { "fritz.box": ["udp://192.0.2.1"], "corp.example": ["udp://192.0.2.2"] };
  const before = network({ settings: [setting({ key: "dns.domains", value })] });
  expect(domainsChanged(before, value)).toEqual([]);
  const wanted = { "corp.example": ["tcp://192.0.2.2"], "new.example": ["recursive"] };
  expect(domainsChanged(before, wanted)).toEqual([
    { domain: "fritz.box", urls: [] },
    { domain: "corp.example", urls: ["tcp://192.0.2.2"] },
    { domain: "new.example", urls: ["recursive"] },
  ]);
});
