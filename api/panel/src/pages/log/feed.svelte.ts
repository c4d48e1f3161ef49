/** The rows of the log for some filters: those that come, and those that were. The page shows what is in `items`. */
import { untrack } from "svelte";

import { api, ask } from "$lib/api/client";
import type { paths } from "$lib/api/document";
import { LiveStream, type LogRow, type Missed } from "$lib/api/live.svelte";
import { now, seconds } from "$lib/format/times";

import { asked, moment, valuesOf, type Field, type Filter } from "./filters";
import { bounded, filled, folded, gapOf, joined, placeOf, rowsIn, type Gap, type Item } from "./kept";

export type LogQuery = NonNullable<paths["/v1/log"]["get"]["parameters"]["query"]>;

export const MOST = 100_000; // rows kept: some 60 MB
const MOST_HELD = 20_000;
const PAGE = 200; // rows of one request
const ENOUGH = 100; // rows after which the search for older ones rests
const PATIENCE = 1_000; // milliseconds that history waits for the stream to be open

/** The filters as parameters of a typed request. */
export function queryOf(filters: readonly Filter[]): LogQuery {
  const many = (field: Field) => valuesOf(filters, field);
  const one = (field: Field) => valuesOf(filters, field)[0];
  // What stands in an address may be anything: the box says what is wrong with it.
  return {
    ...Object.fromEntries(
      (
        [
          "device",
          "name",
          "type",
          "address",
          "channel",
          "action",
          "company",
          "purpose",
          "country",
          "layer",
          "list",
        ] as const
      )
        .map((field) => [field, many(field)] as const)
        .filter(([, values]) => values.length),
    ),
    ...Object.fromEntries(
      (["since", "until", "rule", "line"] as const)
        .map((field) => [field, one(field)] as const)
        .filter(([, value]) => value !== undefined),
    ),
  } as LogQuery;
}

export class Feed {
  items = $state.raw<readonly Item[]>([]);
  /** Rows that came while somebody reads. */
  held = $state(0);
  searching = $state(false);
  /** There are older ones. */
  more = $state(false);
  /** Older ones were let go, or not fetched: there is no more room. */
  full = $state(false);
  /** The first page has been asked for and has come. */
  ready = $state(false);
  error = $state.raw<unknown>();
  stream = $state.raw<LiveStream>();
  #filters: readonly Filter[] = [];
  #held: readonly Item[] = [];
  #holding = false;
  #next = "";
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begin with other filters: nothing of those before stays. */
  start(filters: readonly Filter[]): void {
    untrack(() => {
      this.stop();
      this.#filters = filters;
      this.items = [];
      this.#forget();
      this.#next = "";
      this.more = this.full = this.ready = false;
      this.error = undefined;
      this.#abort = new AbortController();
      const until = valuesOf(filters, "until").map(moment)[0];
      if (until !== undefined && until < now()) {
        void this.refresh(); // a time that is over: nothing comes any more
        return;
      }
      this.stream = new LiveStream(asked(filters), {
        rows: (rows) => this.#came(rows),
        missed: (missed) => this.#missed(missed),
        // The stream first, then what was: so that nothing falls between the two.
        opened: (goesOn) => {
          if (!goesOn) void this.refresh();
        },
      });
      this.stream.start();
      this.#timer = setTimeout(() => void (this.ready || this.refresh()), PATIENCE);
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.stream?.stop();
    this.stream = undefined;
    this.searching = false;
  }

  /** While somebody reads, what comes waits. */
  hold(holding: boolean): void {
    this.#holding = holding;
    if (!holding) untrack(() => this.release());
  }

  /** Show what has waited. */
  release(): void {
    if (!this.#held.length) return;
    const waited = this.#held;
    this.#forget();
    this.#show(joined(this.items, waited));
  }

  /** The newest page: put among what is there, or all there is. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const known = this.items.length > 0;
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    const found = await this.#fetch("", abort.signal);
    if (!found) return;
    if (!known || !this.#next) {
      this.#next = found.next;
      this.more = found.next !== "";
    }
    this.#show(joined(this.items, found.rows));
    const newest = this.items[0];
    if (newest) this.stream?.knows(newest.id);
    this.ready = true;
  }

  /** Older ones. A page of them may be short, or empty, and yet there are more: it goes on until there are enough. */
  async older(): Promise<void> {
    if (this.searching || !this.#next || this.full) return;
    const found = await this.#fetch(this.#next, this.#abort.signal);
    if (!found) return;
    this.#next = found.next;
    this.more = found.next !== "";
    this.#show(joined(this.items, found.rows));
  }

  /** Load what was missed. */
  async fill(gap: Gap): Promise<void> {
    const above = this.items.findLast((item) => item.id > gap.last && "time" in item) as LogRow | undefined;
    const query = queryOf(this.#filters);
    if (above) query.until = Math.ceil(seconds(above.time));
    const rows: LogRow[] = [];
    let cursor = "";
    let done = false;
    const { signal } = this.#abort;
    do {
      const page = await ask(
        api.GET("/v1/log", { params: { query: { ...query, cursor, limit: 1000 } }, signal }),
      );
      cursor = page.next;
      rows.push(...page.items.filter(({ id }) => id >= gap.first && id <= gap.last));
      done = !cursor || (page.items.at(-1)?.id ?? Infinity) < gap.first;
    } while (!done && rows.length < MOST_HELD);
    const last = rows.at(-1)?.id;
    this.#show(filled(this.items, gap, rows, done || last === undefined ? undefined : { last: last - 1 }));
  }

  /** The row with this number, if it is here. */
  row(id: number): LogRow | undefined {
    for (const items of [this.items, this.#held]) {
      const at = placeOf(items, id);
      if (at >= 0) return items[at] as LogRow;
    }
    return undefined;
  }

  /** Once more from the start: a log was wiped. */
  begin(): void {
    this.start(this.#filters);
  }

  async #fetch(cursor: string, signal: AbortSignal): Promise<{ rows: LogRow[]; next: string } | undefined> {
    const rows: LogRow[] = [];
    let next = cursor;
    this.searching = true;
    this.error = undefined;
    try {
      do {
        const query = { ...queryOf(this.#filters), cursor: next, limit: PAGE };
        const page = await ask(api.GET("/v1/log", { params: { query }, signal }));
        if (signal.aborted) return undefined;
        rows.push(...page.items);
        next = page.next;
        if (page.items.length && !cursor) this.#show(joined(this.items, page.items)); // the first is seen at once
      } while (next && rows.length < ENOUGH);
    } catch (error) {
      if (signal.aborted) return undefined;
      this.error = error;
      this.searching = false;
      if (!this.ready) this.ready = this.items.length > 0;
      return undefined;
    }
    this.searching = false;
    return { rows, next };
  }

  #came(rows: LogRow[]): void {
    const newest = this.#held[0]?.id ?? this.items[0]?.id ?? 0;
    const again = rows.find(({ id }) => id <= newest);
    if (again && this.ready) {
      if (this.row(again.id)?.time !== again.time) {
        this.begin(); // the box has begun its log anew: its numbers begin anew, too
        return;
      }
    }
    if (this.#holding) {
      const fresh = rows.filter(({ id }) => id > (this.items[0]?.id ?? 0));
      this.#held = folded(joined(this.#held, fresh), MOST_HELD);
      this.held = rowsIn(this.#held);
    } else {
      this.#show(joined(this.items, rows));
    }
  }

  #missed(missed: Missed): void {
    const gap = [gapOf(missed)];
    if (this.#holding) {
      this.#held = joined(this.#held, gap);
      this.held = rowsIn(this.#held);
    } else {
      this.#show(joined(this.items, gap));
    }
  }

  #forget(): void {
    this.#held = [];
    this.held = 0;
  }

  #show(items: readonly Item[]): void {
    if (items.length > MOST) this.full = true;
    this.items = bounded(items, MOST);
  }
}
