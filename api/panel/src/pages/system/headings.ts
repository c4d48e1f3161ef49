/** What each part of the page says first. */
import type { Schemas } from "$lib/api/client";
import { bytes } from "$lib/format/numbers";
import { t } from "$lib/texts";
import { partsOf } from "./storage";

export interface Heading {
  text: string;
  tone: "pass" | "stop" | "";
}

/** `part`: as in the address. `status`: as the box was last seen; undefined as long as nobody knows. */
export function headingOf(part: string, status: Schemas["StatusPublic"] | undefined): Heading {
  const say = t.system;
  const plain = (text: string): Heading => ({ text, tone: "" });
  if (part === "" && status) {
    const ill = status.roles.filter(({ state }) => state !== "up").length;
    return ill
      ? { text: say.overview.ill(ill), tone: "stop" }
      : { text: say.overview.well, tone: status.whole ? "pass" : "" };
  }
  if (part === "storage" && status) {
    const size = bytes(partsOf(status.storage).total).replace(" ", "\u{a0}"); // a number keeps its unit
    return plain(say.storage.total(size));
  }
  return plain(Object.hasOwn(say.headings, part) ? (say.headings[part] ?? "") : t.nav.system);
}
