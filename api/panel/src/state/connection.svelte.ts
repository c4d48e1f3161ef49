/** Is the box there? Said by whoever hears from it or fails to. */

const FIRST = 1_000; // milliseconds until the first look
const LONGEST = 15_000;

class Connection {
  #away = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST;

  get away(): boolean {
    return this.#away;
  }

  /** An answer came. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wait = FIRST;
    this.#away = false;
  }

  /** None came. Looks again and again, with longer and longer pauses, until one does. */
  lost(): void {
    this.#away = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.look(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST);
  }

  /** Look now. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      await fetch("/healthz", { cache: "no-store" });
    } catch {
      this.lost();
      return;
    }
    this.heard();
  }
}

export const connection = new Connection();
