/** The box's live events (server-sent): rows of the log and notices, as they come.
 *
 * A browser allows six connections to a host, for all its tabs together: a stream rests while its page is hidden,
 * unless it was asked to stay, and goes on where it was.
 */
import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";
import type { components } from "./document";

export type LogRow = components["schemas"]["LogPublic"];

export interface Notice {
  id: number;
  time: string;
  kind: string;
  device: string;
  device_name: string;
  [more: string]: unknown;
}

/** Events the box could not keep for us: how many (null: unknown), between which ids. */
export interface Missed {
  count: number | null;
  first: number;
  last: number;
}

export interface Heard {
  row?: (row: LogRow) => void;
  /** The rows of one frame together, oldest first: for pages that show hundreds a second. */
  rows?: (rows: LogRow[]) => void;
  notice?: (notice: Notice) => void;
  missed?: (missed: Missed) => void;
  /** It is open, for the first time or again. `goesOn`: after the last row it heard, so that none is lost. */
  opened?: (goesOn: boolean) => void;
}

const FIRST = 1_000; // milliseconds until a stream that broke is tried again
const LONGEST = 15_000;

export class LiveStream {
  /** Is it open now? */
  open = $state(false);
  /** Did it break, and is not open again yet? */
  lost = $state(false);
  #source: EventSource | undefined;
  #query: URLSearchParams;
  #heard: Heard;
  #last = "";
  #wait = FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stays: boolean;
  #wanted = false;
  #came: LogRow[] = [];
  #frame = 0;

  /** `query`: filters as of /v1/log. `stays`: open although the page is hidden. */
  constructor(query: URLSearchParams, heard: Heard, stays = false) {
    this.#query = query;
    this.#heard = heard;
    this.#stays = stays;
  }

  start(): void {
    this.#wanted = true;
    document.addEventListener("visibilitychange", this.#seen);
    this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#close();
    cancelAnimationFrame(this.#frame);
    this.#came = [];
  }

  /** Rows up to this one are known from elsewhere: if it breaks before one comes, it goes on after that. */
  knows(id: number): void {
    if (!this.#last) this.#last = String(id);
  }

  #seen = (): void => {
    if (document.hidden && !this.#stays) this.#close();
    else if (!this.#source) this.#connect();
  };

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.open = false;
  }

  #connect(): void {
    this.#close();
    if (!this.#wanted || (document.hidden && !this.#stays)) return;
    const query = new URLSearchParams(this.#query);
    // A new EventSource cannot set Last-Event-ID, which the box reads from the query as well.
    const goesOn = this.#last !== "";
    if (goesOn) query.set("last_event_id", this.#last);
    const source = (this.#source = new EventSource(`/v1/live?${query}`));
    source.onopen = () => {
      this.open = true;
      this.lost = false;
      this.#wait = FIRST;
      connection.heard();
      this.#heard.opened?.(goesOn);
    };
    source.onerror = () => {
      this.#close();
      this.lost = true;
      void this.#again();
    };
    source.addEventListener("log", (event) => {
      this.#last = event.lastEventId;
      this.#row(JSON.parse(event.data) as LogRow);
    });
    source.addEventListener("notice", (event) => {
      this.#heard.notice?.(JSON.parse(event.data) as Notice);
    });
    source.addEventListener("missed", (event) => {
      this.#tell(); // what came before it is told before it
      this.#heard.missed?.(JSON.parse(event.data) as Missed);
    });
  }

  /** Why a stream broke its event does not say: the box is away, or the login has ended. */
  async #again(): Promise<void> {
    let ended = false;
    try {
      ended = (await fetch("/v1/session")).status === 401;
      connection.heard();
    } catch {
      connection.lost();
    }
    if (!this.#wanted || this.#source) return;
    if (ended && !(await session.renewed())) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), ended ? 0 : this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST);
  }

  #row(row: LogRow): void {
    this.#heard.row?.(row);
    if (!this.#heard.rows) return;
    this.#came.push(row);
    if (this.#came.length === 1) this.#frame = requestAnimationFrame(() => this.#tell());
  }

  #tell(): void {
    const rows = this.#came;
    this.#came = [];
    if (rows.length) this.#heard.rows?.(rows);
  }
}
