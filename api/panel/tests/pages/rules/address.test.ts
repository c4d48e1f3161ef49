import { expect, it } from "vitest";

import { asked, filtered } from "$lib/pages/rules/address";

const of = (text: string) => asked(new URLSearchParams(text));

it("asks for what the address says", () => {
  expect(of("q=ads&group=kids&state=off&origin=own&tag=x&sort=text")).toEqual({
    q: "ads",
    group: "kids",
    tag: "x",
    enabled: false,
    expires_within: undefined,
    origin: "",
    sort: "text",
  });
  expect(of("origin=bundle:acme").origin).toBe("bundle:acme");
  expect(of("state=ending").expires_within).toBe(604800);
});

it("asks for nothing that the box would refuse", () => {
  expect(of(`q=${"a".repeat(300)}&sort=evil&state=evil`)).toMatchObject({ sort: "-id", enabled: undefined });
  expect(of(`q=${"a".repeat(300)}`).q).toHaveLength(200);
});

it("knows whether anything is looked for", () => {
  expect(filtered(new URLSearchParams("sort=text&edit=3"))).toBe(false);
  expect(filtered(new URLSearchParams("tag=x"))).toBe(true);
});
