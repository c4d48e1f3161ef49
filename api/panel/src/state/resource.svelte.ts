/** Something that is fetched and shown: waiting, there, or failed, and fetched anew where it makes sense. */
import { onDestroy } from "svelte";

import { Unreachable } from "$lib/api/problem";

const AGAIN = 4_000; // milliseconds until a box that was away is asked again

export class Resource<T> {
  value = $state<T>();
  error = $state<unknown>();
  loading = $state(true);
  #fetch: (signal: AbortSignal) => Promise<T>;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #every: number;

  constructor(fetch: (signal: AbortSignal) => Promise<T>, every = 0) {
    this.#fetch = fetch;
    this.#every = every;
  }

  /** Fetch it now. What is shown stays until the new one is there; an older fetch that is late is dropped. */
  async load(): Promise<void> {
    this.stop();
    const abort = (this.#abort = new AbortController());
    this.loading = true;
    let wait = this.#every;
    try {
      const value = await this.#fetch(abort.signal);
      if (abort.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error;
      if (error instanceof Unreachable) wait = AGAIN;
    }
    this.loading = false;
    if (wait > 0) this.#timer = setTimeout(() => void this.load(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }
}

/** A resource of the component that calls it: fetched at once, anew whenever what `fetch` reads of the page's state
 * changes, and every `every` milliseconds if that is given.
 *
 *   const groups = resource((signal) => ask(api.GET("/v1/groups", { signal })));
 */
export function resource<T>(fetch: (signal: AbortSignal) => Promise<T>, every = 0): Resource<T> {
  const made = new Resource(fetch, every);
  $effect(() => void made.load());
  onDestroy(() => made.stop());
  return made;
}
