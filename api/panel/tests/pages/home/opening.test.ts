import { describe, expect, test } from "vitest";

import { plain } from "$lib/format/pieces";
import { companiesOf, lineBelow, opening } from "$lib/pages/home/opening";
import { SINCE, overview } from "./overview";

describe("Home's sentence", () => {
  const said = (of: Parameters<typeof overview>[0], never = false) => {
    const { text, values } = opening(overview(of), "today", never);
    return plain(text, values);
  };

  test("none got through", () => {
    expect(said({ attempts: 1284, stopped: 1284 })).toBe(
      "Your phones tried 1,284 times today to report to Xiaomi and Alibaba. None got through.",
    );
  });

  test("none got through, but not all because they were stopped", () => {
    expect(said({ attempts: 3, stopped: 1 })).toContain(
      "None got through: one was stopped, the others found nobody to answer.",
    );
  });

  test("some got through", () => {
    expect(said({ attempts: 10, stopped: 8, got_through: 2 })).toContain(" 2 got through.");
  });

  test("nothing was stopped", () => {
    expect(said({ attempts: 10, got_through: 10 })).toContain(" None was stopped.");
  });

  test("nothing of it is known", () => {
    expect(said({ attempts: 0 })).toBe(
      "Your phones asked 9,412 questions today. None of it is a known attempt to report.",
    );
  });

  test("nothing today is not nothing ever", () => {
    expect(said({ attempts: 0, asked: 0 })).toBe("Nothing was asked today.");
    expect(said({ attempts: 0, asked: 0 }, true)).toBe("No phone has asked this box anything yet.");
  });

  test("its numbers lead to their rows", () => {
    const { values } = opening(overview({ attempts: 5, stopped: 4, got_through: 1 }), "today");
    expect(values.times).toMatchObject({ href: `/log?purpose=analytics&purpose=location&since=${SINCE}` });
    expect(values.end).toMatchObject({
      href: `/log?purpose=analytics&purpose=location&since=${SINCE}&action=allowed&action=observed`,
    });
  });
});

test("one or two companies have their names, more are counted; a hostile name is written out", () => {
  expect(companiesOf(["Xiaomi"], "").text).toBe("Xiaomi");
  expect(companiesOf(["A", "\u202eB"], "").text).toBe("A and \\u{202e}B");
  expect(companiesOf(["A", "B", "C"], "").text).toBe("3 companies");
});

test("the line below tells of what was only watched, where something was", () => {
  const { text, values } = lineBelow(overview({ attempts: 5, stopped: 5 }), "today");
  expect(plain(text, values)).toBe("Since midnight · 3 phones · 9,412 questions asked, 14% stopped");
  const watched = lineBelow({ ...overview({ attempts: 5 }), observed: 2 }, "today");
  expect(plain(watched.text, watched.values)).toContain("2 questions only watched, as you chose");
});
