/** The sentence at the top of Home and the line below it, with the way to the rows of each number. */
import type { Schemas } from "$lib/api/client";
import { percent } from "$lib/format/numbers";
import type { Value, Values } from "$lib/format/pieces";
import { shown } from "$lib/format/shown";
import { dateAndHour, hour } from "$lib/format/times";
import { logOf, type LogFilters } from "$lib/routing/links";
import { t } from "$lib/texts";
import { caseOf, type Case, type Tally } from "./sentence";
import type { Span } from "./spans";

type Overview = Schemas["OverviewPublic"];

export interface Said {
  text: string;
  values: Values;
}

const THROUGH = ["allowed", "observed"] as const;
const STOPPED = ["blocked", "rewritten"] as const;

/** `never`: nothing was asked before, either. */
export function opening(found: Overview, span: Span, never = false): Said & { kind: Case } {
  const { telemetry, since, asked } = found;
  const kind = caseOf(asked, telemetry);
  const texts = t.home.sentence;
  const rows = { purpose: telemetry.purposes, since };
  const names = found.companies.map((one) => one.company).filter(Boolean);
  const values: Values = {
    when: t.home.when[span],
    questions: { text: t.home.questions(asked), href: logOf({ since }) },
    times: { text: t.home.times(telemetry.attempts), href: logOf(rows), tone: "stop" },
    companies: companiesOf(names, "#companies"),
  };
  if (never) return { kind, text: texts.never, values };
  if (kind === "nothing" || kind === "quiet") return { kind, text: texts[kind], values };
  const first = names.length ? texts.tried : texts.triedNobody;
  return { kind, text: `${first} {end}`, values: { ...values, end: endOf(kind, telemetry, rows) } };
}

/** "None got through.", or whatever is true, with the way to its rows. */
export function endOf(kind: Exclude<Case, "nothing" | "quiet">, tally: Tally, rows: LogFilters): Value {
  const texts = t.home.sentence;
  switch (kind) {
    case "none":
      return { text: texts.none, tone: "pass", href: logOf({ ...rows, action: STOPPED }) };
    case "unanswered":
      return {
        text: texts.unanswered(tally.stopped),
        tone: "pass",
        href: logOf({ ...rows, action: STOPPED }),
      };
    case "some":
      return {
        text: texts.some(tally.got_through),
        tone: "warn",
        href: logOf({ ...rows, action: THROUGH }),
      };
    case "all":
      return { text: texts.all, tone: "warn", href: logOf({ ...rows, action: THROUGH }) };
  }
}

/** One or two companies by their names, more as a number. */
export function companiesOf(names: readonly string[], href: string): Value {
  const [first = "", second = ""] = names.map(shown);
  const text =
    names.length > 2
      ? t.home.companies(names.length)
      : names.length === 2
        ? t.home.and(first, second)
        : first;
  return { text, href, tone: "stop" };
}

/** "Since midnight · 3 phones · 9,412 questions asked, 13.6 % stopped" */
export function lineBelow(found: Overview, span: Span): Said {
  const texts = t.home.below;
  const { since } = found;
  const parts = [
    span === "today" ? texts.sinceMidnight : texts.since(span === "24h" ? hour(since) : dateAndHour(since)),
  ];
  if (found.asked) parts.push("{phones}", "{asked}, {stopped}");
  if (found.observed) parts.push("{observed}");
  return {
    text: parts.join(" · "),
    values: {
      phones: { text: t.home.phones(found.devices), href: "/phones" },
      asked: { text: texts.asked(found.asked), href: logOf({ since }) },
      stopped: { text: texts.stopped(percent(found.percent)), href: logOf({ since, action: "blocked" }) },
      observed: { text: texts.observed(found.observed), href: logOf({ since, action: "observed" }) },
    },
  };
}

/** "Since midnight", "Since 19:00", "Since 16 Nov 2026, 01:00" */
export function sinceOf(since: number, span: Span): string {
  const texts = t.home.below;
  if (span === "today") return texts.sinceMidnight;
  return texts.since(span === "24h" ? hour(since) : dateAndHour(since));
}
