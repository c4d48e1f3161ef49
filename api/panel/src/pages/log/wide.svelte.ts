/** Is there room for a row beside the others? */
import { MediaQuery } from "svelte/reactivity";

export const wide = new MediaQuery("min-width: 1100px", false);
