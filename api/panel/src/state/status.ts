/** How the box is: asked once by the shell, told to the pages in it. */
import { createContext } from "svelte";

import type { Schemas } from "$lib/api/client";
import type { Resource } from "./resource.svelte";

export const [getStatus, setStatus] = createContext<Resource<Schemas["StatusPublic"]>>();
