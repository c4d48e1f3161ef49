// Whose programs the pages hold, and on what terms: those want to go wherever the programs go.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FILE = "licences.txt";
const FOLDER = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const TEXT = /^(?:(?:un)?licen[cs]e|notice|copying)\b.*$/i;
const LINE = `\n\n${"-".repeat(72)}\n\n`;

/** The folders of the packages that these modules are of. */
export function foldersOf(modules: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const module of modules) {
    const [, folder] = FOLDER.exec(module) ?? [];
    if (folder) found.add(folder);
  }
  return [...found].sort();
}

/** Name and version of a package, and what its licence and its notices say. */
export function termsOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
    string,
    string | undefined
  >;
  if (!license) throw new Error(`${name} names no licence: it cannot be part of the pages`);
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isFile() && TEXT.test(one.name))
    .map((one) => readFileSync(join(folder, one.name), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
}

/** As a plugin of Vite. */
export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
      const terms = foldersOf(modules).map(termsOf);
      this.emitFile({ type: "asset", fileName: FILE, source: `${terms.join(LINE)}\n` });
    },
  };
}
