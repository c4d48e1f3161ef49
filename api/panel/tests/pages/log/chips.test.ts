import { expect, test } from "vitest";

import { chip, phone, sentence } from "$lib/pages/log/chips";
import { filtersOf } from "$lib/pages/log/filters";
import { NOTHING, type Known } from "$lib/pages/log/understood";

const KNOWN: Known = {
  ...NOTHING,
  devices: [{ key: "aa:bb:cc:dd:ee:ff", name: "Ann\u202e", addresses: ["192.168.1.7"] }],
};

const of = (text: string) => filtersOf(new URLSearchParams(text));

test("a phone is called by its name, however it was named in the address", () => {
  for (const value of ["aa:bb:cc:dd:ee:ff", "192.168.1.7", "Ann\u202e"])
    expect(phone(value, KNOWN)).toBe("Ann\\u{202e}");
  expect(phone("192.168.1.8", KNOWN)).toBe("192.168.1.8");
});

test("chips say it in a person's words", () => {
  const chips = of("action=blocked&purpose=browser-history&country=CN&rule=12&list=x").map((one) =>
    chip(one, KNOWN),
  );
  expect(chips).toEqual(["stopped", "browsing log", "in China", "list x", "rule 12"]);
  expect(chip({ field: "since", value: "rubbish\u0000" }, KNOWN)).toBe("since rubbish\\u{0}");
});

test("what nothing is known of is said as such", () => {
  expect(of("company=&country=").map((one) => chip(one, KNOWN))).toEqual([
    "no known company",
    "no known country",
  ]);
  expect(sentence(of("company="), KNOWN)).toBe("Some of what your phones ask for");
});

test("the heading says what is shown", () => {
  expect(sentence([], KNOWN)).toBe("What your phones ask for, as it happens");
  expect(sentence(of("since=1"), KNOWN)).toBe("Some of what your phones ask for");
  expect(sentence(of("device=192.168.1.7&action=blocked&company=Xiaomi"), KNOWN)).toBe(
    "What was stopped of Ann\\u{202e} on its way to Xiaomi",
  );
  expect(sentence(of(`name=${"a".repeat(253)}`), KNOWN).length).toBeLessThan(100);
});
