/** What the search can know: the house's phones, the catalogue's companies, the lists, and the world's countries. */
import { api, ask } from "$lib/api/client";
import { country } from "$lib/format/words";
import { resource } from "$lib/state/resource.svelte";
import { t } from "$lib/texts";

import { NOTHING, type Known } from "./understood";

const EVERY = 60_000; // milliseconds: a new phone is known soon enough

/** Of the component that calls it. */
export function knownHere(): { readonly now: Known } {
  const found = resource(async (signal): Promise<Known> => {
    const [devices, companies, lists] = await Promise.all([
      devicesOf(signal),
      ask(api.GET("/v1/companies", { signal })),
      ask(api.GET("/v1/lists", { params: { query: { limit: 1000 } }, signal })),
    ]);
    return {
      devices,
      companies: companies.items.map(({ company }) => company),
      purposes: Object.keys(t.words.purposes),
      countries: COUNTRIES,
      lists: lists.items.map(({ name }) => name),
    };
  }, EVERY);
  return {
    get now() {
      return found.value ?? NOTHING;
    },
  };
}

async function devicesOf(signal: AbortSignal): Promise<Known["devices"]> {
  const { items } = await ask(api.GET("/v1/devices", { params: { query: { limit: 1000 } }, signal }));
  return items.map(({ key, name, addresses }) => ({ key, name, addresses }));
}

// Every pair of letters that the browser has a country's name for.
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const COUNTRIES = LETTERS.flatMap((one) => LETTERS.map((two) => one + two)).filter(
  (code) => country(code) !== code && !["ZZ", "EU", "UN", "EZ", "QO"].includes(code),
);
