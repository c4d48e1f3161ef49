import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";

import { hinted, packed, scriptsOf } from "../pack";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hg-pack-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("what is large and text lies there compressed too, and everything is listed", () => {
  const long = "many words ".repeat(500);
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "assets", "a-1.js"), long);
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  writeFileSync(join(folder, "icon.png"), "x".repeat(5000));
  const parts = packed(folder);
  expect(Object.keys(parts)).toEqual(["assets/a-1.js", "icon.png", "icon.svg"]);
  expect(parts["assets/a-1.js"]?.encodings).toEqual(["br", "gzip"]);
  expect(parts["icon.png"]?.encodings).toEqual([]);
  expect(brotliDecompressSync(readFileSync(join(folder, "assets", "a-1.js.br"))).toString()).toBe(long);
  expect(gunzipSync(readFileSync(join(folder, "assets", "a-1.js.gz"))).toString()).toBe(long);
  expect(JSON.parse(readFileSync(join(folder, "listing.json"), "utf8"))).toEqual(parts);
  expect(readdirSync(folder).sort()).toEqual(["assets", "icon.png", "icon.svg", "listing.json"]);
});

test("a file has another tag when its content is another", () => {
  writeFileSync(join(folder, "a.js"), "1");
  const first = packed(folder)["a.js"]?.tag;
  writeFileSync(join(folder, "a.js"), "2");
  expect(packed(folder)["a.js"]?.tag).not.toBe(first);
});

test("each page's own HTML names its scripts, all the way down, and each once", () => {
  const chunk = (fileName: string, imports: string[] = [], facadeModuleId: string | null = null) =>
    ({ type: "chunk", fileName, imports, facadeModuleId }) as const;
  const found = scriptsOf({
    "assets/index.js": chunk("assets/index.js", ["assets/shared.js"], "/x/index.html"),
    "assets/Home.js": chunk(
      "assets/Home.js",
      ["assets/a.js", "assets/index.js"],
      "/x/src/pages/home/Home.svelte",
    ),
    "assets/Tab.js": chunk("assets/Tab.js", [], "/x/src/pages/home/Tab.svelte"),
    "assets/a.js": chunk("assets/a.js", ["assets/shared.js", "assets/Home.js"]),
    "assets/shared.js": chunk("assets/shared.js"),
    "assets/style.css": { type: "asset" },
  });
  expect([...found.keys()]).toEqual(["home"]);
  expect(found.get("home")).toEqual(["assets/Home.js", "assets/a.js", "assets/index.js", "assets/shared.js"]);
  const html = '<head>\n    <script src="/assets/index.js"></script>\n  </head>\n<body></body>';
  const own = hinted(html, ["assets/index.js", "assets/a.js"]);
  expect(own).toBe(
    '<head>\n    <script src="/assets/index.js"></script>\n' +
      '    <link rel="modulepreload" crossorigin href="/assets/a.js" />\n  </head>\n<body></body>',
  );
});
