// The last step of a build: every file also as small as it gets, and a list of what there is (api/built.py reads it).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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
    writeBundle({ dir }) {
      if (dir) packed(dir); // not when the bundle is closed: that comes after a failure too, and would hide it
    },
  };
}
