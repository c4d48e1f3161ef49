import { describe, expect, test } from "vitest";

import { tree, type Branch, type Flow } from "$lib/pages/phones/flow";

const flow = (company: string, purpose: string, name: string, count: number, action = "blocked"): Flow => ({
  company,
  purpose,
  name,
  country: "",
  action,
  count,
  bytes: 0,
});

const drawn = (branches: readonly Branch[], depth = 0): string[] =>
  branches.flatMap((one) => [
    `${"  ".repeat(depth)}${one.key === "others" ? `+${one.others}` : one.label || "-"} ${one.count}`,
    ...drawn(one.children, depth + 1),
  ]);

describe("who a phone talks to", () => {
  test("company, purpose, host; most first, nobody known last", () => {
    const found = tree([
      flow("", "", "example.org", 50, "allowed"),
      flow("Alibaba", "analytics", "log.example", 2),
      flow("Xiaomi", "push", "push.example", 3, "allowed"),
      flow("Xiaomi", "analytics", "track.example", 9),
      flow("Xiaomi", "analytics", "track.example", 1, "allowed"),
    ]);
    expect(drawn(found)).toEqual([
      "Xiaomi 13",
      "  analytics 10",
      "    track.example 10",
      "  push 3",
      "    push.example 3",
      "Alibaba 2",
      "  analytics 2",
      "    log.example 2",
      "- 50",
      "  - 50",
      "    example.org 50",
    ]);
    expect(found[0]?.parts).toEqual({ stop: 9, warn: 0, pass: 4, mute: 0 });
    expect(found[0]?.children[0]?.children[0]?.filters).toEqual({
      company: "Xiaomi",
      purpose: "analytics",
      name: "track.example",
    });
  });

  test("of many hosts the most frequent are shown, and all are counted", () => {
    const flows = Array.from({ length: 300 }, (_, at) =>
      flow(at % 3 ? `Company ${at % 40}` : "", `purpose ${at % 5}`, `host${at}.example`, 300 - at),
    );
    const found = tree(flows);
    const leaves = found.flatMap((one) => one.children).flatMap((one) => one.children);
    expect(leaves.length).toBeLessThan(40);
    const all = flows.reduce((sum, one) => sum + one.count, 0);
    for (const branches of [found, found.flatMap((one) => one.children), leaves])
      expect(branches.reduce((sum, one) => sum + one.count, 0)).toBe(all);
    const named = leaves.filter((one) => one.key !== "others").length;
    expect(named).toBe(15);
    expect(leaves.reduce((sum, one) => sum + one.others, named)).toBe(300);
  });

  test("what stands together of several companies leads nowhere: the log has no such filter", () => {
    const flows = Array.from({ length: 20 }, (_, at) =>
      flow(`Company ${at}`, "analytics", `host${at}`, 20 - at),
    );
    expect(tree(flows).at(-1)).toMatchObject({ key: "others", others: 9, filters: undefined });
  });

  test("nothing is an empty tree", () => {
    expect(tree([])).toEqual([]);
  });
});
