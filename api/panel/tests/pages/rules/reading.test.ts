import { describe, expect, it } from "vitest";

import { partsOf, pieces } from "$lib/pages/rules/reading";

describe("what a pattern covers", () => {
  it.each([
    ["||example.org^", "suffix", "example.org"],
    ["||example.org^|", "suffix", "example.org"],
    ["|example.org^", "exact", "example.org"],
    ["|example.org|", "exact", "example.org"],
    ["example.org", "exact", "example.org"],
    [".example.org", "below", "example.org"],
    ["*.example.org", "below", "example.org"],
    ["||*.example.org^", "below", "example.org"],
    ["||example.org", "part", "||example.org"],
    ["example.org^", "part", "example.org^"],
    ["||ads*.example.org^", "part", "||ads*.example.org^"],
    ["/^ads[0-9]+\\./", "regex", "^ads[0-9]+\\."],
    ["0.0.0.0 example.org", "exact", "example.org"],
  ])("%s: %s of %s", (text, match, subject) => {
    expect(partsOf(text)).toMatchObject({ match, subject, allow: false });
  });

  it("keeps the dollar of an expression", () => {
    expect(partsOf("/ads$/")).toMatchObject({ match: "regex", subject: "ads$" });
    expect(partsOf("@@/ads$/$important")).toMatchObject({ subject: "ads$", allow: true, important: true });
  });
});

describe("modifiers", () => {
  it("are told apart in those it is for and those it is not for", () => {
    const parts = partsOf(
      "||a.example^$client=Anna's phone|~192.0.2.7,dnstype=A|~AAAA,denyallow=b.example|c.example",
    );
    expect(parts?.only).toEqual({ clients: ["Anna's phone"], tags: [], types: ["A"], names: [] });
    expect(parts?.not).toEqual({
      clients: ["192.0.2.7"],
      tags: [],
      types: ["AAAA"],
      names: ["b.example", "c.example"],
    });
  });

  it.each([
    ["||nas.example^$dnsrewrite=192.0.2.1", "192.0.2.1"],
    ["||nas.example^$dnsrewrite=NOERROR;A;192.0.2.1", "192.0.2.1"],
    ["||nas.example^$dnsrewrite=NXDOMAIN", "NXDOMAIN"],
    ["192.0.2.1 nas.example", "192.0.2.1"],
    ["0.0.0.0 nas.example", undefined],
  ])("%s answers with %s", (text, answer) => {
    expect(partsOf(text)?.answer).toBe(answer);
  });

  it("that are not known make it a rule that is shown as it stands", () => {
    expect(partsOf("||a.example^$frobnicate")).toBeUndefined();
    expect(partsOf("")).toBeUndefined();
  });

  it("are not cut within quotes, nor where they are escaped", () => {
    expect(pieces("client='a,b',important", ",")).toEqual(["client='a,b'", "important"]);
    expect(pieces("client=a\\,b,important", ",")).toEqual(["client=a\\,b", "important"]);
    expect(partsOf("||a^$client='a\\'b, c'")?.only.clients).toEqual(["a'b, c"]);
  });
});
