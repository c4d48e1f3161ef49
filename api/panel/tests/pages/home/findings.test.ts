import { describe, expect, test } from "vitest";

import { plain } from "$lib/format/pieces";
import { deed, told, type Finding } from "$lib/pages/home/findings";

const NOW = 1_795_302_000;

function finding(more: Partial<Finding>): Finding {
  return {
    kind: "reports",
    weight: 1,
    subject: "",
    device: "192.0.2.7",
    device_name: "Redmi Note 8",
    company: "Xiaomi",
    purpose: "browser-history",
    name: "",
    country: "SG",
    count: 214,
    before: 0,
    since: NOW - 3600,
    until: NOW,
    text_breakage: "",
    filter: { device: "192.0.2.7", company: "Xiaomi", purpose: "browser-history", since: NOW - 3600 },
    ...more,
  };
}

describe("a finding as a sentence", () => {
  const said = (more: Partial<Finding>) => {
    const one = told(finding(more), NOW);
    return plain(one.text, one.values);
  };

  test.each([
    [{}, "Redmi Note 8 tried 214 times to send its browsing log to Xiaomi."],
    [{ count: 1 }, "Redmi Note 8 tried once to send its browsing log to Xiaomi."],
    [{ device_name: "" }, "192.0.2.7 tried 214 times to send its browsing log to Xiaomi."],
    [
      { kind: "got-through", purpose: "analytics" },
      "Redmi Note 8 tried 214 times to send usage reports to Xiaomi, and was let through.",
    ],
    [
      { kind: "surge", before: 50 },
      "Redmi Note 8 tried 214 times to send its browsing log to Xiaomi: 4 times as often as before.",
    ],
    [{ kind: "around" }, "Redmi Note 8 asked 214 times for servers of Xiaomi that answer past this box."],
    [
      { kind: "breaks", name: "data.example" },
      "Redmi Note 8 keeps asking for data.example, which is stopped: 214 times so far.",
    ],
    [{ kind: "new-device", count: 3 }, "Redmi Note 8 is new here. It has asked 3 questions so far."],
    [{ kind: "list-failed", subject: "ads" }, "The list ads could not be fetched."],
    [{ kind: "role-down", subject: "dns-0" }, "A part of the box does not run: dns-0."],
    [
      { kind: "observing", subject: "guests", count: 0 },
      "The group guests is only watched: nothing is stopped for it.",
    ],
  ] as [Partial<Finding>, string][])("%j", (more, wanted) => {
    expect(said(more)).toBe(wanted);
  });

  test("a pause says whose it is", () => {
    expect(said({ kind: "paused" })).toContain("Redmi Note 8 is paused until");
    expect(said({ kind: "paused", device: "", subject: "guests" })).toContain("The group guests is paused");
    expect(said({ kind: "paused", device: "", subject: "" })).toContain("Everything is paused");
  });

  test("leads to its rows, or to where something can be done", () => {
    expect(told(finding({}), NOW).href).toBe(
      `/log?device=192.0.2.7&company=Xiaomi&purpose=browser-history&since=${NOW - 3600}`,
    );
    expect(told(finding({ kind: "role-down" }), NOW).href).toBe("/system");
    expect(told(finding({ kind: "list-failed" }), NOW).href).toBe("/lists");
  });

  test("no place stays empty, and hostile words are written out", () => {
    const kinds: Finding["kind"][] = [
      "role-down",
      "got-through",
      "paused",
      "observing",
      "around",
      "surge",
      "reports",
      "breaks",
      "list-failed",
      "new-device",
      "new-company",
    ];
    for (const kind of kinds) expect(said({ kind })).not.toMatch(/[{}]/);
    expect(said({ company: "\u202eevil" })).toContain("\\u{202e}evil");
  });
});

test("of several purposes the one closest to the person is told", () => {
  expect(deed("crash, browser-history")).toBe("send its browsing log to");
  expect(deed("analytics, crash")).toBe("send usage reports to");
  expect(deed("push")).toBe("reach, for push messages,");
});
