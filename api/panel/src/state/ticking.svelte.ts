/** The time, as state: what says "a minute ago" follows it. */

const EVERY = 10_000; // milliseconds: nobody reads seconds of a minute that has passed

class Ticking {
  now = $state(Date.now() / 1000);

  constructor() {
    setInterval(() => (this.now = Date.now() / 1000), EVERY);
  }
}

export const ticking = new Ticking();
