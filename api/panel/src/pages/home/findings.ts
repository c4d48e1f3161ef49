/** Findings as sentences: which words, which colour, which way on. */
import type { Schemas } from "$lib/api/client";
import { number } from "$lib/format/numbers";
import type { Value, Values } from "$lib/format/pieces";
import { deviceName, shown } from "$lib/format/shown";
import { hour, relative } from "$lib/format/times";
import { country, purpose, type Tone } from "$lib/format/words";
import { logOf, phoneOf } from "$lib/routing/links";
import { t } from "$lib/texts";

export type Finding = Schemas["FindingPublic"];

export interface Told {
  text: string;
  values: Values;
  /** A line below: what it is about. */
  below: string;
  tone: Tone;
  href: string;
}

const TONES: Record<Finding["kind"], Tone> = {
  "role-down": "stop",
  "got-through": "warn",
  paused: "warn",
  observing: "warn",
  around: "warn",
  surge: "stop",
  reports: "stop",
  breaks: "warn",
  "list-failed": "warn",
  "new-device": "plain",
  "new-company": "plain",
};

/** What comes closest to the person, of several purposes: that is what the sentence says. */
const CLOSEST = ["browser-history", "location", "identifier", "analytics", "crash", "advertising"] as const;

/** Where the rows behind it are, or what can be done about it. */
function wayOf(finding: Finding): string {
  if (finding.kind === "role-down") return "/system";
  if (finding.kind === "list-failed") return "/lists";
  if (finding.kind === "new-device" && finding.device) return phoneOf(finding.device);
  return logOf(finding.filter);
}

export function deed(purposes: string): string {
  const words = purposes.split(/,\s*/);
  const closest = CLOSEST.find((word) => words.includes(word));
  return closest ? t.home.deeds[closest] : t.home.deedOther(purpose(purposes));
}

export function told(finding: Finding, now: number): Told {
  const texts = t.home.findings;
  const rows = logOf(finding.filter);
  const count: Value = { text: t.home.times(finding.count), href: rows, strong: true };
  const values: Record<string, Value | string> = {
    device: {
      text: deviceName(finding.device, finding.device_name),
      href: finding.device ? phoneOf(finding.device) : undefined,
      strong: true,
    },
    times: count,
    questions: { ...count, text: t.home.questions(finding.count) },
    company: shown(finding.company || t.words.nobody),
    deed: deed(finding.purpose),
    name: { text: finding.name, mono: true },
    subject: { text: finding.subject, strong: true },
    until: finding.until - now > 86_400 ? relative(finding.until, now) : hour(finding.until),
    factor: number(finding.before ? Math.floor(finding.count / finding.before) : 0),
  };
  return {
    text: textOf(finding, texts),
    values,
    below: belowOf(finding),
    tone: TONES[finding.kind],
    href: wayOf(finding),
  };
}

function textOf(finding: Finding, texts: typeof t.home.findings): string {
  switch (finding.kind) {
    case "paused":
      if (finding.device) return texts.pausedDevice;
      return finding.subject ? texts.pausedGroup : texts.pausedAll;
    case "observing":
      return finding.count ? texts.observing : texts.observingNothing;
    default:
      return texts[finding.kind];
  }
}

function belowOf(finding: Finding): string {
  if (finding.kind === "breaks") return t.home.findings.breakage(shown(finding.text_breakage));
  if (finding.kind === "paused") return t.home.findings.meanwhile(finding.count);
  if (finding.kind === "list-failed") return t.home.findings.lastGood;
  const parts = [
    finding.purpose.includes(",") ? shown(purpose(finding.purpose)) : "", // of one the sentence has the word
    finding.country && country(finding.country),
    finding.before && finding.kind !== "surge" ? t.home.findings.before(finding.before) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
