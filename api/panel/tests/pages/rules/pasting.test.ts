import { expect, it } from "vitest";

import { asPasted, looksLike, prepared } from "$lib/pages/rules/pasting";

const TEXT = [
  "! a comment",
  "# another",
  "",
  "ads.example",
  "0.0.0.0 two.example",
  "||three.example^",
  "four.example # four",
  "<b>no</b>",
].join("\n");

it("counts what the lines look like", () => {
  expect(looksLike(TEXT)).toEqual({ lines: 5, comments: 2, names: 2, hosts: 1, others: 2 });
  expect(looksLike("")).toEqual({ lines: 0, comments: 0, names: 0, hosts: 0, others: 0 });
});

it("widens bare names and nothing else, each at its line", () => {
  const lines = prepared(TEXT, { below: true, allow: false }).split("\n");
  expect(lines).toHaveLength(TEXT.split("\n").length);
  expect(lines[3]).toBe("||ads.example^");
  expect(lines[4]).toBe("0.0.0.0 two.example");
  expect(lines[5]).toBe("||three.example^");
  expect(lines[6]).toBe("||four.example^");
  expect(lines[7]).toBe("<b>no</b>");
});

it("lets bare names through where that is wanted", () => {
  expect(prepared("a.example", { below: true, allow: true })).toBe("@@||a.example^");
  expect(prepared("a.example", { below: false, allow: true })).toBe("@@|a.example^");
  expect(prepared("a.example", { below: false, allow: false })).toBe("a.example");
});

it("tells of lines as they were pasted", () => {
  const refused = [
    { line: 2, text: "||b c^", reason: "a space" },
    { line: 9, text: "||gone^", reason: "no such line here" },
  ];
  expect(asPasted(refused, "a.example\n  b c  # why\n").map((one) => one.text)).toEqual([
    "b c  # why",
    "||gone^",
  ]);
  expect(asPasted([{ line: 1, text: "" }], "x".repeat(1000))[0]?.text).toHaveLength(300);
  expect(asPasted([], "anything")).toEqual([]);
});

it("looks through eight megabytes of lines while somebody waits", () => {
  const line = "0.0.0.0 ads.example.org\n";
  const found = looksLike(line.repeat(300_000));
  expect(found.hosts).toBe(300_000);
});

it.each(["a.", ":", "a|", " #", "^*"])("is not held up by a line of nothing but %j", (piece) => {
  const line = piece.repeat(2_000_000) + "|";
  expect(looksLike(line).others + looksLike(line).comments).toBe(1);
  expect(prepared(line, { below: true, allow: true })).toBe(line);
});
