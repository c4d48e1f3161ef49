import { expect, test } from "vitest";

import { midnight } from "$lib/format/times";
import { filtersOf } from "$lib/pages/log/filters";
import { suggested, understood, type Known } from "$lib/pages/log/understood";

const NOW = 1_795_341_605;
const KNOWN: Known = {
  devices: [
    { key: "aa:bb:cc:dd:ee:ff", name: "Redmi Note 8", addresses: ["192.168.1.7"] },
    { key: "192.168.1.9", name: "Anna's phone", addresses: [] },
    { key: "192.168.1.10", name: "today", addresses: [] },
  ],
  companies: ["Xiaomi", "Alibaba", "Google", "AppsFlyer", "Mi"],
  purposes: ["browser-history", "analytics", "crash"],
  countries: ["CN", "SG", "DE", "US"],
  lists: ["My list", "oisd"],
};

const said = (text: string) => understood(text, KNOWN, NOW).map(({ field, value }) => `${field}=${value}`);

test("words mean what they name", () => {
  expect(said("redmi blocked xiaomi")).toEqual([
    "device=aa:bb:cc:dd:ee:ff",
    "action=blocked",
    "company=Xiaomi",
  ]);
  expect(said("Redmi Note 8 stopped to Xiaomi")).toEqual(said("redmi blocked xiaomi"));
  expect(said("browsing log in china")).toEqual(["purpose=browser-history", "country=CN"]);
  expect(said("let through usage reports SG")).toEqual(["action=allowed", "purpose=analytics", "country=SG"]);
  expect(said("192.168.1.7")).toEqual(["device=aa:bb:cc:dd:ee:ff"]);
  expect(said("my list https")).toEqual(["list=My list", "type=HTTPS"]);
});

test("names are names, with what is below them", () => {
  expect(said("*.miui.com")).toEqual(["name=*.miui.com"]);
  expect(said("MIUI.com")).toEqual(["name=miui.com", "name=*.miui.com"]);
  expect(said("tracking")).toEqual(["name=*tracking*"]);
  expect(said("203.0.113.9 2001:db8::1")).toEqual(["address=203.0.113.9", "address=2001:db8::1"]);
});

test("a word that is short or common is not taken for more than it says", () => {
  expect(said("mi")).toEqual(["company=Mi"]);
  expect(said("go")).toEqual(["name=*go*"]);
  expect(said("a")).toEqual(["name=*a*"]);
  expect(said("A aaaa")).toEqual(["type=A", "type=AAAA"]);
  expect(said("apps")).toEqual(["company=AppsFlyer"]);
});

test("a field may be said", () => {
  expect(said("rule:12 line:3 list:oisd layer:Lists")).toEqual([
    "rule=12",
    "line=3",
    "list=oisd",
    "layer=lists",
  ]);
  expect(said("phone:anna name:Today type:aaaa country:germany")).toEqual([
    "device=192.168.1.9",
    "name=today",
    "type=AAAA",
    "country=DE",
  ]);
  expect(said("outcome:stopped company:xiaomi")).toEqual(["action=blocked", "company=Xiaomi"]);
  expect(said("list:my list phone:redmi note 8 rule:1")).toEqual([
    "list=My list",
    "device=aa:bb:cc:dd:ee:ff",
    "rule=1",
  ]);
  expect(said("rule:x")).toEqual(["name=*rule:x*"]);
});

test("times are times, unless something is called so", () => {
  const minute = (at: number) => Math.floor(at / 60) * 60;
  expect(said("last 5 minutes")).toEqual([`since=${minute(NOW - 300)}`]);
  expect(said("last hour blocked")).toEqual([`since=${minute(NOW - 3600)}`, "action=blocked"]);
  expect(said("7 days")).toEqual([`since=${minute(NOW - 7 * 86_400)}`]);
  expect(said("today")).toEqual(["device=192.168.1.10"]);
  const nobody = { ...KNOWN, devices: [] };
  const today = midnight(new Date(NOW * 1000));
  expect(understood("today", nobody, NOW)).toEqual([{ field: "since", value: String(today) }]);
  expect(understood("yesterday", nobody, NOW)[1]).toEqual({ field: "until", value: String(today - 1) });
});

test("whatever is typed, each word leads to filters that an address keeps", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "a\u0000b",
    "\u202egnp.exe",
    "' OR 1=1 --",
    "%00%0a",
    "👩‍💻",
    ":",
    "*",
    "x".repeat(300),
  ];
  for (const text of [...hostile, hostile.join(" ")]) {
    const found = understood(text, KNOWN, NOW);
    const query = new URLSearchParams(found.map(({ field, value }) => [field, value]));
    expect(new Set(filtersOf(query).map((one) => JSON.stringify(one)))).toEqual(
      new Set(found.map((one) => JSON.stringify(one))),
    );
  }
  expect(said("   ")).toEqual([]);
});

test("while it is typed, what it could mean is offered: the whole first, then each by itself", () => {
  const offers = suggested("xiao", KNOWN, NOW);
  expect(offers[0]).toEqual([{ field: "company", value: "Xiaomi" }]);
  expect(offers.at(-1)).toEqual([{ field: "name", value: "*xiao*" }]);
  expect(suggested("redmi blocked", KNOWN, NOW)[0]).toHaveLength(2);
  const keys = suggested("a", KNOWN, NOW).map((one) => JSON.stringify(one));
  expect(new Set(keys).size).toBe(keys.length);
  expect(suggested("", KNOWN, NOW)[0]).toEqual([{ field: "action", value: "blocked" }]);
});
