/** The newest rows of the log, each once, whether they came by the stream or were fetched. */

interface Row {
  id: number;
}

export class Latest<R extends Row> {
  #rows: R[] = [];
  #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The newest first. */
  get rows(): readonly R[] {
    return this.#rows;
  }

  add(row: R): void {
    // An event may be told twice: by the page that was fetched and by the stream.
    const others = this.#rows.filter((one) => one.id !== row.id);
    this.#rows = [row, ...others].sort((a, b) => b.id - a.id).slice(0, this.#most);
  }
}
