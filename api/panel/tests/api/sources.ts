/** Event sources that a test speaks through. */
export class FakeSource {
  static all: FakeSource[] = [];
  onopen?: () => void;
  onerror?: () => void;
  closed = false;
  #listeners = new Map<string, (event: { data: string; lastEventId: string }) => void>();

  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }

  /** The one that was opened last. */
  static get last(): FakeSource {
    const found = FakeSource.all.at(-1);
    if (!found) throw new Error("no stream was opened");
    return found;
  }

  addEventListener(kind: string, listener: (event: { data: string; lastEventId: string }) => void): void {
    this.#listeners.set(kind, listener);
  }

  close(): void {
    this.closed = true;
  }

  says(kind: string, content: object, id = ""): void {
    this.#listeners.get(kind)?.({ data: JSON.stringify(content), lastEventId: id });
  }
}
