/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { licences } from "./licences.ts";
import { pack } from "./pack.ts";

// `npm run dev` shows the panel of a box that runs here, with every change at once.
const BOX = process.env.HUSHGATE_BOX ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte(), licences(), pack()],
  resolve: {
    alias: { $lib: fileURLToPath(new URL("./src", import.meta.url)) },
    // Components are tried in jsdom, which is a browser.
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  build: {
    target: "es2022",
    // The strict policy of the box allows no inline script and no data: script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    // On a slow link each file costs a way there and back. So: one style sheet; one script with what most pages have;
    // one for each page.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "map", test: /node_modules.(topojson-client|world-atlas)/, priority: 2 },
            { name: "shared", minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { "^/(v1|openapi.json|docs|healthz|readyz)": { target: BOX } } },
  test: { environment: "jsdom", setupFiles: ["tests/setup.ts"], include: ["tests/**/*.test.ts"] },
});
