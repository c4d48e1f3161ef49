/** A list of any length, fetched page by page as it is read: what `Rows` shows. */
import { onDestroy } from "svelte";

export interface Part<T> {
  items: T[];
  next: string;
}

export class Paged<T> {
  items = $state.raw<T[]>([]);
  error = $state<unknown>();
  loading = $state(true);
  /** The first page is there. */
  there = $state(false);
  #next = $state("");
  #fetch: (cursor: string, signal: AbortSignal) => Promise<Part<T>>;
  #abort = new AbortController();

  constructor(fetch: (cursor: string, signal: AbortSignal) => Promise<Part<T>>) {
    this.#fetch = fetch;
  }

  /** There is more than what is here. */
  get further(): boolean {
    return this.#next !== "";
  }

  /** From the beginning. What is shown stays until the first page is there. */
  async load(): Promise<void> {
    this.stop();
    await this.#take("", []);
  }

  /** The next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.#next && !this.loading) await this.#take(this.#next, this.items);
  }

  /** All pages, until there are `most` or no more. */
  async all(most: number): Promise<void> {
    while (this.#next && this.items.length < most && !this.error) {
      const before = this.items.length;
      await this.more();
      if (this.items.length === before) return;
    }
  }

  /** Show other values of rows that are here, without fetching all of them again. */
  put(change: (item: T) => T): void {
    this.items = this.items.map(change);
  }

  stop(): void {
    this.#abort.abort();
  }

  async #take(cursor: string, before: T[]): Promise<void> {
    const abort = (this.#abort = new AbortController());
    this.loading = true;
    try {
      const part = await this.#fetch(cursor, abort.signal);
      if (abort.signal.aborted) return;
      this.items = before.length ? [...before, ...part.items] : part.items;
      this.#next = part.next;
      this.error = undefined;
      this.there = true;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error;
    }
    this.loading = false;
  }
}

/** The pages of the component that calls it: the first is fetched at once, and anew whenever what `fetch` reads of the
 * page's state (before its first `await`) changes.
 *
 *   const rules = paged((cursor, signal) => ask(api.GET("/v1/rules", { params: { query: { q, cursor } }, signal })));
 */
export function paged<T>(fetch: (cursor: string, signal: AbortSignal) => Promise<Part<T>>): Paged<T> {
  const made = new Paged(fetch);
  $effect(() => void made.load());
  onDestroy(() => made.stop());
  return made;
}
