import { describe, expect, it } from "vitest";

import { namedIn, textOf, wishOf, type Wish } from "$lib/pages/rules/wish";

const WISH: Wish = { name: "ads.example.org", allow: false, reach: "suffix", important: false, device: "" };

describe("the name in what was typed", () => {
  it.each([
    ["ads.example.org", "ads.example.org", "name"],
    ["  Ads.Example.org. ", "ads.example.org", "name"],
    ["https://ads.example.org/a?b#c", "ads.example.org", "url"],
    ["http://me:word@ads.example.org:8443/", "ads.example.org", "url"],
    ["ads.example.org/path", "ads.example.org", "url"],
    ["0.0.0.0 ads.example.org # a comment", "ads.example.org", "hosts"],
    ["::1\tads.example.org", "ads.example.org", "hosts"],
    ["https://bücher.example/", "bücher.example", "url"],
  ])("%s is %s, from a %s", (typed, name, from) => {
    expect(namedIn(typed)).toEqual({ name, from });
  });

  it("says that a star means what is below", () => {
    expect(namedIn("*.example.org")).toEqual({ name: "example.org", from: "name", reach: "below" });
  });

  it.each([
    "||example.org^",
    "@@example.org",
    "/ads[0-9]/",
    "ads*.example.org",
    "",
    "a.example$important",
    "# x",
  ])("leaves %s as the rule that it is", (typed) => {
    expect(namedIn(typed)).toBeUndefined();
  });
});

describe("the rule of a wish", () => {
  it.each<[Partial<Wish>, string]>([
    [{}, "||ads.example.org^"],
    [{ allow: true }, "@@||ads.example.org^"],
    [{ reach: "exact" }, "|ads.example.org^"],
    [{ reach: "below" }, "*.ads.example.org"],
    [{ important: true }, "||ads.example.org^$important"],
    [
      { allow: true, important: true, device: "aa:bb:cc:dd:ee:ff" },
      "@@||ads.example.org^$important,client=aa:bb:cc:dd:ee:ff",
    ],
  ])("%j is %s, and is read back", (given, text) => {
    const wish = { ...WISH, ...given };
    expect(textOf(wish)).toBe(text);
    expect(wishOf(text)).toEqual(wish);
  });

  it("is one of the plain name, too", () => {
    expect(wishOf("ads.example.org")).toEqual({ ...WISH, reach: "exact" });
  });

  it.each(["/ads[0-9]/", "||a^$dnstype=A", "||a*b^", "0.0.0.0 a.example", "||a^$client='Ann'"])(
    "is none that the editor could have written: %s",
    (text) => {
      expect(wishOf(text)).toBeUndefined();
    },
  );

  it("cannot end its modifier with a comma in a device's name", () => {
    expect(textOf({ ...WISH, device: "a,important" })).toBe("||ads.example.org^$client=a\\,important");
  });
});
