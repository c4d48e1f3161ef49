import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { foldersOf, termsOf } from "../licences";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hg-licences-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("each package is found once, wherever its modules lie", () => {
  expect(
    foldersOf([
      "/panel/src/main.ts",
      "/panel/node_modules/b/lib/one.js",
      "/panel/node_modules/b/lib/two.js?url",
      "\0/panel/node_modules/@a/c/index.js",
      "/panel/node_modules/b/node_modules/d/index.js",
      "\0virtual",
    ]),
  ).toEqual(["/panel/node_modules/@a/c", "/panel/node_modules/b", "/panel/node_modules/b/node_modules/d"]);
});

test("a package's terms are its licence and its notices, and nothing else that it has", () => {
  writeFileSync(join(folder, "package.json"), '{"name": "one", "version": "1.2.3", "license": "MIT"}');
  writeFileSync(join(folder, "LICENSE.md"), "Do as you like.\n");
  writeFileSync(join(folder, "NOTICE"), "Made by many.\n");
  writeFileSync(join(folder, "noticeable.js"), "code");
  mkdirSync(join(folder, "licenses"));
  expect(termsOf(folder)).toBe("one 1.2.3 (MIT)\n\nDo as you like.\n\nMade by many.");
});

test("a package without a licence cannot be part of the pages", () => {
  writeFileSync(join(folder, "package.json"), '{"name": "one", "version": "1.2.3"}');
  expect(() => termsOf(folder)).toThrow("one names no licence");
});
