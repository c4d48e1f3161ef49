/** The time, as state: what says "a minute ago" follows it. */

const EVERY = 10_000; // milliseconds: nobody reads seconds of a minute that has passed

class Ticking {
  #ticks = $state(0);

  constructor() {
    setInterval(() => this.#ticks++, EVERY);
  }

  /** Unix seconds, to the moment: by the last tick, what has happened since would stand in the future. */
  get now(): number {
    void this.#ticks;
    return Date.now() / 1000;
  }
}

export const ticking = new Ticking();
