/** Times as a person tells them. All of them are Unix seconds. */
import { language, t } from "$lib/texts";
import { lazily } from "./lazily";

const LOCALE = navigator.language;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const exactly = lazily(() => new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" }));
const daily = lazily(() => new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" }));
const dated = lazily(
  () => new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" }),
);
const datedHourly = lazily(
  () =>
    new Intl.DateTimeFormat(LOCALE, {
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
    }),
);
const hourly = lazily(() => new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" }));
const clocks = lazily(
  () => new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
);
const since = lazily(() => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));

export const now = (): number => Date.now() / 1000;

/** Seconds of an ISO time, as rows of the log have it. */
export const seconds = (iso: string): number => Date.parse(iso) / 1000;

/** "22 Nov 2026, 14:07:31" */
export const exact = (time: number): string => exactly().format(time * 1000);

/** "22 Nov 2026" */
export const day = (time: number): string => daily().format(time * 1000);

/** "22 Nov": of a day of UTC, as the box counts days. By the clock here it may begin on the evening before. */
export const date = (time: number): string => dated().format(time * 1000);

/** "22 Nov, 14:07" */
export const dateAndHour = (time: number): string => datedHourly().format(time * 1000);

/** "14:07" */
export const hour = (time: number): string => hourly().format(time * 1000);

/** "14:07:31" */
export const clock = (time: number): string => clocks().format(time * 1000);

/** "3 minutes ago", "in 2 days"; 0 is never. */
export function relative(time: number, at: number = now()): string {
  if (!time) return t.shared.never;
  const seconds = time - at;
  const size = Math.abs(seconds);
  if (size < 5) return since().format(0, "second");
  if (size < MINUTE) return since().format(Math.round(seconds), "second");
  if (size < HOUR) return since().format(Math.round(seconds / MINUTE), "minute");
  if (size < DAY) return since().format(Math.round(seconds / HOUR), "hour");
  return since().format(Math.round(seconds / DAY), "day");
}

/** "2 hours": the largest unit that fits. */
export function duration(length: number): string {
  const say = t.shared.duration;
  if (length < MINUTE) return say.seconds(Math.round(length));
  if (length < HOUR) return say.minutes(Math.round(length / MINUTE));
  if (length < 2 * DAY) return say.hours(Math.round(length / HOUR));
  return say.days(Math.round(length / DAY));
}

/** The last midnight here. */
export function midnight(at: Date = new Date()): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime() / 1000;
}
