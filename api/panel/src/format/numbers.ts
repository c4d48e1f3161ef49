/** Numbers as the reader writes them. */
import { lazily } from "./lazily";

const LOCALE = navigator.language;
const whole = lazily(() => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 }));
const short = lazily(() => new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 }));
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export const number = (value: number): string => whole().format(value);

/** "12K": where there is little room, as at an axis. */
export const compact = (value: number): string => short().format(value);

/** `value` of 0 to 100, with one digit behind the point where it matters. */
export function percent(value: number): string {
  const digits = value > 0 && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: digits }).format(
    value / 100,
  );
}

export function bytes(value: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: UNITS[step],
    unitDisplay: step ? "short" : "long", // "140 byte" is no English
    maximumSignificantDigits: 3,
  }).format(value / 1000 ** step);
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
