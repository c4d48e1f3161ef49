/** What the account's page makes of what the box says. */
import { shown } from "$lib/format/shown";
import { t } from "$lib/texts";

export interface Proof {
  password: string;
  code: string;
}

export const NO_PROOF: Proof = { password: "", code: "" };

// The more special name comes first: Edge calls itself Chrome and Safari as well.
const BROWSERS: [RegExp, string][] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(XiaoMi|Miui)\b.*Browser\//i, "Mi Browser"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\bHeadlessChrome\//, "Chromium"],
  [/\b(Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/\S+ .*Safari\//, "Safari"],
  [/^curl\//, "curl"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows NT\b/, "Windows"],
  [/\bMac OS X\b/, "Mac"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];
const LONGEST = 60; // characters of a name that tells us nothing

/** What a browser calls itself, as a person would: "Firefox on Android". It is only what it says of itself. */
export function browserOf(agent: string): string {
  const find = (known: [RegExp, string][]) => known.find(([sign]) => sign.test(agent))?.[1];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser && system) return t.system.account.onSystem(browser, system);
  const told = browser ?? shown(agent.trim());
  if (!told) return t.system.account.unnamed;
  return told.length > LONGEST ? `${told.slice(0, LONGEST)}…` : told;
}

/** The recovery codes as a file to be kept. */
export function codesFile(codes: readonly string[], origin: string): Blob {
  return new Blob([`${t.system.account.codesHead(origin)}\n\n${codes.join("\n")}\n`], { type: "text/plain" });
}

/** A secret in groups of four, as one types it. */
export function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
