/** Every page: its path, its name in the navigation, and where it is loaded from. A page is fetched when it is
 * opened for the first time. */
import type { Component } from "svelte";

import { t } from "$lib/texts";

// Most pages are given what stands behind their path as `rest`: "/phones/127.0.0.1" opens phones with "127.0.0.1".
type Loaded = Promise<{ default: Component<never> }>;

export interface Page {
  path: string;
  title: () => string;
  load: () => Loaded;
  /** Open to everybody in the house, without a login, and without the navigation around it. */
  bare?: boolean;
  /** In the navigation: on a desktop beside the page; `tab` also on a phone, at the bottom. */
  nav?: "tab" | "side";
}

export const PAGES: readonly Page[] = [
  { path: "/", title: () => t.nav.home, load: () => import("$lib/pages/home/Home.svelte"), nav: "tab" },
  {
    path: "/phones",
    title: () => t.nav.phones,
    load: () => import("$lib/pages/phones/Phones.svelte"),
    nav: "tab",
  },
  { path: "/log", title: () => t.nav.log, load: () => import("$lib/pages/log/Log.svelte"), nav: "tab" },
  {
    path: "/rules",
    title: () => t.nav.rules,
    load: () => import("$lib/pages/rules/Rules.svelte"),
    nav: "tab",
  },
  {
    path: "/lists",
    title: () => t.nav.lists,
    load: () => import("$lib/pages/lists/Lists.svelte"),
    nav: "side",
  },
  {
    path: "/catalogue",
    title: () => t.nav.catalogue,
    load: () => import("$lib/pages/catalogue/Catalogue.svelte"),
    nav: "side",
  },
  {
    path: "/groups",
    title: () => t.nav.groups,
    load: () => import("$lib/pages/groups/Groups.svelte"),
    nav: "side",
  },
  {
    path: "/generations",
    title: () => t.nav.generations,
    load: () => import("$lib/pages/generations/Generations.svelte"),
    nav: "side",
  },
  {
    path: "/bundles",
    title: () => t.nav.bundles,
    load: () => import("$lib/pages/bundles/Bundles.svelte"),
    nav: "side",
  },
  {
    path: "/network",
    title: () => t.nav.network,
    load: () => import("$lib/pages/network/Network.svelte"),
    nav: "side",
  },
  {
    path: "/system",
    title: () => t.nav.system,
    load: () => import("$lib/pages/system/System.svelte"),
    nav: "side",
  },
  { path: "/welcome", title: () => t.nav.welcome, load: () => import("$lib/pages/welcome/Welcome.svelte") },
  {
    path: "/setup",
    title: () => t.nav.setup,
    load: () => import("$lib/pages/setup/Setup.svelte"),
    bare: true,
  },
  {
    path: "/point",
    title: () => t.nav.point,
    load: () => import("$lib/pages/point/Point.svelte"),
    bare: true,
  },
];

/** The page of a path, and what stands behind its own part. */
export function pageOf(path: string): { page: Page; rest: string } | undefined {
  const page = PAGES.find(({ path: own }) => path === own || (own !== "/" && path.startsWith(`${own}/`)));
  return page && { page, rest: decoded(path.slice(page.path.length + 1)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // "%" in an address that somebody typed
  }
}
