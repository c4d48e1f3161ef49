import { expect, test } from "vitest";

import { Problem, problemOf, Unreachable } from "$lib/api/problem";
import { said } from "$lib/format/errors";

test("a problem says what is wrong, what to do, and where", () => {
  const problem = problemOf(422, {
    title: "Unprocessable",
    detail: "the rule cannot be read",
    hint: "try ||name^",
    errors: [{ where: "body.text", what: "is\u202emissing" }],
  });
  expect(said(problem)).toEqual({
    text: "The rule cannot be read",
    more: ["try ||name^", "text: is\\u{202e}missing"],
  });
});

test("an answer that is no problem document says its status", () => {
  expect(said(problemOf(502, "<html>"))).toEqual({ text: "The box answered with the error 502.", more: [] });
  expect(said(problemOf(500, null)).text).toContain("500");
});

test("a box that is away is called so, and anything else is shown", () => {
  expect(said(new Unreachable()).text).toBe("The box does not answer.");
  expect(said(new Error("a\0b")).more).toEqual(["Error: a\\u{0}b"]);
  expect(new Problem(404, "x").name).toBe("Problem");
});
