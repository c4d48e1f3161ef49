/** How much of the catalogue stops. Each contains the one before. */
import type { Schemas } from "$lib/api/client";

export type Profile = Schemas["Profile"];

export const PROFILES: readonly Profile[] = ["essential", "balanced", "strict"];
