import { describe, expect, test } from "vitest";

import { tree, type Flow } from "$lib/pages/phones/flow";
import { outline, picture } from "$lib/pages/phones/ribbons";

const flow = (company: string, purpose: string, name: string, count: number, action = "blocked"): Flow => ({
  company,
  purpose,
  name,
  country: "",
  action,
  count,
  bytes: 0,
});

describe("the picture of a flow", () => {
  const flows = [
    flow("Xiaomi", "analytics", "a.example", 600),
    flow("Xiaomi", "analytics", "b.example", 300, "allowed"),
    flow("Xiaomi", "push", "c.example", 1, "allowed"),
    flow("Alibaba", "analytics", "d.example", 99),
  ];
  const made = picture(tree(flows));
  const bar = (key: string) => made.bars.find((one) => one.key === key)!;

  test("heights are true to the counts", () => {
    expect(bar("c Xiaomi").height).toBeCloseTo(240 * 0.901, 5);
    expect(bar("c Xiaomi/p analytics/n a.example").height).toBeCloseTo(144, 5);
    expect(bar("c Xiaomi/p analytics/n b.example").height).toBeCloseTo(72, 5);
  });

  test("every name has room for a line of text, and none stands on another", () => {
    const leaves = made.bars.filter((one) => one.column === 2);
    for (const one of leaves) expect(one.room).toBeGreaterThanOrEqual(25);
    const sorted = leaves.toSorted((one, other) => one.middle - other.middle);
    for (let at = 1; at < sorted.length; at++) {
      const [above, below] = [sorted[at - 1]!, sorted[at]!];
      expect(above.middle + above.room / 2).toBeLessThanOrEqual(below.middle - below.room / 2 + 1e-9);
    }
    expect(Math.max(...leaves.map((one) => one.middle + one.room / 2))).toBeLessThanOrEqual(
      made.height + 1e-9,
    );
  });

  test("ribbons leave a bar as high as they are, coloured by what became of it", () => {
    const from = made.ribbons.filter((one) => one.key.startsWith("c Xiaomi/p analytics/"));
    expect(from.map((one) => one.part)).toEqual(["stop", "pass"]);
    expect(from.reduce((sum, one) => sum + one.height, 0)).toBeCloseTo(bar("c Xiaomi/p analytics").height, 5);
  });

  test("two questions are no flood, and nothing is no picture", () => {
    expect(picture(tree([flow("A", "b", "c", 2)])).bars[0]?.height).toBeLessThan(20);
    expect(picture([])).toEqual({ height: 0, bars: [], ribbons: [] });
  });

  test("an outline is closed", () => {
    const path = outline({ key: "", column: 0, part: "stop", from: 1, to: 5, height: 2 }, 0, 100);
    expect(path).toBe("M0.0 1.0C50.0 1.0 50.0 5.0 100.0 5.0V7.0C50.0 7.0 50.0 3.0 0.0 3.0Z");
  });
});
