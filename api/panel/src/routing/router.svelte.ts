/** Where we are: the address in the browser, as state. Links are plain `<a href>`; nothing else navigates. */

class Router {
  #url = $state.raw(new URL(location.href));

  constructor() {
    addEventListener("popstate", () => (this.#url = new URL(location.href)));
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  get path(): string {
    return this.#url.pathname;
  }

  get query(): URLSearchParams {
    return this.#url.searchParams;
  }

  /** What stands behind #. */
  get fragment(): string {
    return this.#url.hash.slice(1);
  }

  /** Go to an address of the panel, as a click on a link would. */
  go(href: string, { replace = false } = {}): void {
    const url = new URL(href, location.href);
    const moved = url.pathname !== this.#url.pathname;
    history[replace ? "replaceState" : "pushState"](null, "", url);
    this.#url = url;
    if (moved) scrollTo(0, 0);
  }

  /** The same page with other words in its query: filters stay in the address, to be kept and shared. */
  filter(query: URLSearchParams): void {
    const text = query.toString();
    this.go(this.path + (text ? `?${text}` : ""), { replace: true });
  }

  #clicked(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link?.href || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || /^\/(v1|docs|openapi\.json|licences\.txt)(\/|$)/.test(url.pathname))
      return;
    if (url.pathname === location.pathname && url.search === location.search && url.hash) return;
    event.preventDefault();
    this.go(url.href);
  }
}

export const router = new Router();
