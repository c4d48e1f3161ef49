// The last step of a build: each page's own HTML, every file also as small as it gets, and a list of what there is
// (api/built.py reads it).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const LIST = "listing.json";
const TEXT = /\.(html|js|css|json|svg|webmanifest|txt)$/;
const SMALL = 1024; // bytes; below that the headers weigh more

export interface Part {
  tag: string;
  encodings: string[];
}

/** What is asked of a chunk of the build. */
export interface Chunk {
  type: "chunk";
  fileName: string;
  facadeModuleId: string | null;
  imports: string[];
}

const HOME = "index.html";
const OWN = "pages"; // the folder of each page's own HTML
const PAGE = /\/src\/pages\/(\w+)\/(\w+)\.svelte$/;

/** The scripts of each page, by its folder's name: what its component imports, all the way down. */
export function scriptsOf(bundle: Record<string, Chunk | { type: "asset" }>): Map<string, string[]> {
  const pages = new Map<string, string[]>();
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== "chunk") continue;
    const [, folder, component] = PAGE.exec(chunk.facadeModuleId ?? "") ?? [];
    if (!folder || folder !== component?.toLowerCase()) continue;
    const needed = new Set([chunk.fileName]);
    for (const name of needed) {
      const found = bundle[name];
      if (found?.type === "chunk") for (const one of found.imports) needed.add(one);
    }
    pages.set(folder, [...needed]);
  }
  return pages;
}

/** The same HTML, which lets the browser fetch these scripts at once: not only when the first has run and asks. */
export function hinted(html: string, scripts: readonly string[]): string {
  const links = scripts
    .filter((name) => !html.includes(`"/${name}"`))
    .map((name) => `    <link rel="modulepreload" crossorigin href="/${name}" />\n`);
  return html.replace(/^ *<\/head>/m, (end) => links.join("") + end);
}

/** Compresses what lies in `folder`, and lists it there. */
export function packed(folder: string): Record<string, Part> {
  const parts: Record<string, Part> = {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  for (const name of files.map((one) => relative(folder, join(one.parentPath, one.name))).sort()) {
    const path = join(folder, name);
    const content = readFileSync(path);
    const encodings: string[] = [];
    if (TEXT.test(name) && content.length >= SMALL) {
      const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      encodings.push("br", "gzip");
    }
    const tag = createHash("sha256").update(content).digest("hex").slice(0, 16);
    parts[name] = { tag, encodings };
  }
  writeFileSync(join(folder, LIST), JSON.stringify(parts));
  return parts;
}

/** As a plugin of Vite. */
export function pack(): Plugin {
  return {
    name: "pack",
    apply: "build",
    // Not when the bundle is closed: that comes after a failure too, and would hide it.
    writeBundle({ dir }, bundle) {
      if (!dir) return;
      const html = readFileSync(join(dir, HOME), "utf8");
      mkdirSync(join(dir, OWN));
      for (const [page, scripts] of scriptsOf(bundle))
        writeFileSync(join(dir, OWN, `${page}.html`), hinted(html, scripts));
      packed(dir);
    },
  };
}
