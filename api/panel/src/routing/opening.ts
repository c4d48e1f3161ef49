/** Fetches the page that is opened. */
import type { Component } from "svelte";

import { Unreachable } from "$lib/api/problem";
import { connection } from "$lib/state/connection.svelte";
import type { Page } from "./pages";

const KEY = "hushgate-loaded-anew";
const RARELY = 60_000; // milliseconds: what is still missing after a new load stays missing

/** The component of a page: those that take no `rest` leave it. Throws Unreachable where the box is away. */
export async function opened(page: Page): Promise<Component<{ rest: string }>> {
  try {
    return (await page.load()).default as Component<{ rest: string }>;
  } catch (error) {
    await connection.look();
    if (connection.away) throw new Unreachable();
    // After an update of the box its old files are gone, and this tab knows only those.
    if (Date.now() - Number(sessionStorage.getItem(KEY)) > RARELY) {
      sessionStorage.setItem(KEY, String(Date.now()));
      location.reload();
    }
    throw error;
  }
}
