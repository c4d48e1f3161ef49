/** A phone gets its profile from the group it is in. */
import type { Schemas } from "$lib/api/client";
import type { Profile } from "$lib/format/profiles";

type Group = Pick<Schemas["GroupPublic"], "name" | "profile" | "mode" | "schedule">;

/** The group to put a phone into so that it has this profile: `everyone` where that has it, else one named after the
 * profile. A group that only watches, or that changes by the clock, would not do what was chosen. */
export function groupFor(profile: Profile, groups: readonly Group[]): { name: string; isNew: boolean } {
  const fits = (group: Group) => group.profile === profile && group.mode === "enforce" && !group.schedule;
  const everyone = groups.find((group) => group.name === "everyone");
  if (everyone && fits(everyone)) return { name: everyone.name, isNew: false };
  const named = groups.find((group) => group.name === profile);
  if (named && fits(named)) return { name: named.name, isNew: false };
  const taken = new Set(groups.map((group) => group.name));
  let name: string = profile;
  for (let number = 2; taken.has(name); number++) name = `${profile}-${number}`;
  return { name, isNew: true };
}
