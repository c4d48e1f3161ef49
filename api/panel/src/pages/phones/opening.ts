/** The sentence at the top of a phone's page and the line below it. */
import type { Schemas } from "$lib/api/client";
import { bytes, percent } from "$lib/format/numbers";
import type { Values } from "$lib/format/pieces";
import { deviceName } from "$lib/format/shown";
import { dateAndHour, hour } from "$lib/format/times";
import { companiesOf, endOf, sinceOf, type Said } from "$lib/pages/home/opening";
import { caseOf } from "$lib/pages/home/sentence";
import type { Span } from "$lib/pages/home/spans";
import { logOf } from "$lib/routing/links";
import { t } from "$lib/texts";
import type { Holding, Story } from "./story";

type Device = Schemas["DevicePublic"];

const DAY = 86_400;

interface Of {
  span: Span;
  since: number;
  /** The reporting ones. */
  purposes: readonly string[];
  holding: Holding | undefined;
}

export function openingOf(device: Device, story: Story, { span, since, purposes, holding }: Of): Said {
  const texts = t.phones.sentence;
  const phone = { text: deviceName(device.key, device.name) };
  if (holding) return { text: texts.paused, values: { phone, until: untilOf(holding.until, since) } };
  const kind = caseOf(story.asked, story);
  const rows = { device: device.key, purpose: purposes, since };
  const values: Values = {
    phone,
    when: t.home.when[span],
    questions: { text: t.home.questions(story.asked), href: logOf({ device: device.key, since }) },
    times: { text: t.home.times(story.attempts), href: logOf(rows), tone: "stop" },
    companies: companiesOf(story.companies, logOf(rows)),
  };
  if (kind === "nothing" || kind === "quiet") return { text: texts[kind], values };
  const first = story.companies.length ? texts.tried : texts.triedNobody;
  return { text: `${first} {end}`, values: { ...values, end: endOf(kind, story, rows) } };
}

/** "20:05", or with its day where that is not near. */
export function untilOf(until: number, now: number): string {
  return until - now > 2 * DAY ? dateAndHour(until) : hour(until);
}

/** "Since midnight · 812 questions asked, 34 % stopped · Last seen 2 minutes ago · in the group everyone" */
export function belowOf(
  device: Device,
  story: Story,
  { span, since }: Pick<Of, "span" | "since">,
  seen: string,
): Said {
  const texts = t.phones.below;
  const parts = [sinceOf(since, span)];
  if (story.asked) parts.push(story.bytes ? "{asked} ({bytes}), {stopped}" : "{asked}, {stopped}");
  if (device.last_seen) parts.push(`${texts.seen} {seen}`);
  const rows = { device: device.key, since };
  return {
    text: parts.join(" · "),
    values: {
      asked: { text: texts.asked(story.asked), href: logOf(rows) },
      bytes: bytes(story.bytes),
      stopped: {
        text: t.home.below.stopped(percent(story.asked ? (100 * story.blocked) / story.asked : 0)),
        href: logOf({ ...rows, action: "blocked" }),
      },
      seen,
    },
  };
}
