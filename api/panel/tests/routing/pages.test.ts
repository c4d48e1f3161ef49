import { expect, test } from "vitest";

import { pageOf, PAGES } from "$lib/routing/pages";

test("a path leads to its page, and what stands behind it is handed on", () => {
  expect(pageOf("/")?.page.path).toBe("/");
  expect(pageOf("/phones")).toMatchObject({ page: { path: "/phones" }, rest: "" });
  expect(pageOf("/phones/aa%3Abb")).toMatchObject({ page: { path: "/phones" }, rest: "aa:bb" });
  expect(pageOf("/system/tokens")).toMatchObject({ page: { path: "/system" }, rest: "tokens" });
});

test("a path of nobody's has no page", () => {
  expect(pageOf("/phonesbook")).toBeUndefined();
  expect(pageOf("/nowhere")).toBeUndefined();
});

test("a broken address does no harm", () => {
  expect(pageOf("/phones/%zz")?.rest).toBe("%zz");
});

// The first to import a page compiles it: all together takes a busy machine longer than a test may usually take.
test("every page is there", { timeout: 60_000 }, async () => {
  for (const page of PAGES) expect((await page.load()).default, page.path).toBeTypeOf("function");
});
