import { expect, it } from "vitest";

import { sentence, told } from "$lib/pages/rules/telling";

it.each([
  ["||ads.example^", "Stops ads.example, and all below it"],
  ["@@ads.example", "Lets through ads.example, this name alone"],
  ["*.ads.example", "Stops ads.example, all below it, not the name itself"],
  ["||a.example^$client=Anna's phone", "Stops a.example, and all below it, only for Anna's phone"],
  ["||a.example^$important", "Stops a.example, and all below it, whatever other rules say"],
  ["||nas.example^$dnsrewrite=192.0.2.9", "Answers nas.example, and all below it, with 192.0.2.9"],
  ["||a.example^$badfilter", "Switches off the rule for a.example, and all below it"],
  ["/^ad/", "Stops ^ad, wherever this expression fits"],
  [
    "||a^$ctag=device_phone,denyallow=b.a",
    "Stops a, and all below it, only for phones tagged device_phone, but not b.a",
  ],
])("%s in words", (text, words) => {
  expect(sentence(text)).toBe(words);
});

it("makes what hides in a rule visible", () => {
  expect(sentence("||\u{202e}gro.example^$client=a\u{200b}b")).toBe(
    "Stops \\u{202e}gro.example, and all below it, only for a\\u{200b}b",
  );
});

it("shows a rule of another kind as it is written", () => {
  expect(told("||a.example^$frobnicate")).toMatchObject({
    tone: "plain",
    subject: "||a.example^$frobnicate",
    reach: "",
  });
});
