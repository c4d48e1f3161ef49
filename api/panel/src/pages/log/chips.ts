/** Filters as a person reads them. */
import { deviceName, shown } from "$lib/format/shown";
import { clock, day, hour, midnight } from "$lib/format/times";
import { action, country, purpose } from "$lib/format/words";
import { t } from "$lib/texts";

import { brief, briefHost } from "./brief";
import { moment, valuesOf, type Filter } from "./filters";
import type { Known } from "./understood";

/** "stopped", "Anna's phone", "since 14:07". */
export function chip({ field, value }: Filter, known: Known): string {
  if (!value) return t.log.unknown[field] ?? "";
  return (t.log.chip[field] ?? String)(worded({ field, value }, known));
}

function worded({ field, value }: Filter, known: Known): string {
  switch (field) {
    case "device":
      return brief(phone(value, known));
    case "name":
      return briefHost(value, 48);
    case "action":
      return action(shown(value));
    case "purpose":
      return shown(purpose(value));
    case "country":
      return shown(country(value));
    case "channel":
      return t.words.channels[value] ?? shown(value);
    case "layer":
      return t.words.layers[value] ?? shown(value);
    case "since":
    case "until":
      return time(value);
    default:
      return brief(value);
  }
}

/** What the phone is called that an address names by its key, its name or its address. */
export function phone(value: string, known: Known): string {
  const found = known.devices.find(
    ({ key, name, addresses }) => key === value || name === value || addresses.includes(value),
  );
  return found ? deviceName(found.key, found.name) : shown(value);
}

function time(value: string): string {
  const at = moment(value);
  if (Number.isNaN(at)) return shown(value);
  const exactly = at % 60 ? clock(at) : hour(at);
  if (at >= midnight()) return exactly;
  return midnight(new Date(at * 1000)) === at ? day(at) : `${day(at)}, ${exactly}`;
}

/** The filters as the page's heading. What it does not name stands in the chips. */
export function sentence(filters: readonly Filter[], known: Known): string {
  const words = (field: Filter["field"]) =>
    valuesOf(filters, field)
      .filter(Boolean)
      .map((value) => worded({ field, value }, known));
  const subject = {
    actions: words("action"),
    phones: words("device"),
    names: words("name"),
    companies: words("company"),
    purposes: words("purpose"),
    countries: words("country"),
  };
  if (Object.values(subject).some((some) => some.length)) return t.log.sentence(subject);
  return filters.length ? t.log.some : t.log.everything;
}
