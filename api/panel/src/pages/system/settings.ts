/** Settings of the box, as they are listed. */
import type { Schemas } from "$lib/api/client";

export type Setting = Schemas["SettingPublic"];

/** Those that somebody has set otherwise than they come. */
export function chosen(settings: readonly Setting[]): Setting[] {
  return settings.filter(({ source }) => source !== "default");
}

/** Those that have all of these words in their key, value, or what is said of them. */
export function matching(settings: readonly Setting[], words: string): Setting[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter(({ key, value, says }) => {
    const all = `${key} ${JSON.stringify(value)} ${says}`.toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}
