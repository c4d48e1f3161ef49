// A log of a million rows and a live stream that a test turns on, in place of the box's own: how the page bears them.
(() => {
  const PHONES = ["Redmi Note 8", "POCO F3", "Pixel 7", "Ann\u202e's \u{1F469}\u200d\u{1F4BB}"];
  const LONG = [63, 63, 63, 50].map((length, at) => "abcd"[at].repeat(length)).join(".");
  const NAMES = ["sa.api.intl.miui.com", "tracking.intl.miui.com", "www.example.org", `${LONG}.example`, "x\u202e\0y.example"];
  const FIRST = Date.now() - 12_000_000;
  const sources = [];
  let next = 1_000_000;
  let hidden = []; // rows that the stream has not told

  const row = (id) => ({
    id,
    time: new Date(FIRST + (id - 1_000_000) * 5).toISOString(),
    device: `127.10.0.${(id % 4) + 1}`,
    device_name: PHONES[id % 4],
    channel: "dns",
    name: NAMES[id % 9 ? id % 3 : 3 + (id % 2)],
    type: ["A", "AAAA", "HTTPS"][id % 3],
    address: "",
    port: 0,
    action: ["blocked", "allowed", "observed"][id % 3],
    rule: null,
    company: id % 3 ? "" : "Xiaomi",
    purpose: id % 3 ? "" : "browser-history",
    country: id % 3 ? "" : "SG",
    count: id % 5 ? 1 : 3,
    bytes: 60,
    generation: 7,
  });

  window.EventSource = class {
    #listeners = new Map();
    constructor(url) {
      this.url = url;
      sources.push(this);
      setTimeout(() => this.onopen?.(), 5);
    }
    addEventListener(kind, listener) {
      this.#listeners.set(kind, listener);
    }
    close() {
      this.closed = true;
    }
    tell(kind, content, id) {
      this.#listeners.get(kind)?.({ data: JSON.stringify(content), lastEventId: String(id) });
    }
  };

  const box = window.fetch;
  window.fetch = async (request, options) => {
    const url = new URL(typeof request === "string" ? request : request.url, location.href);
    if (url.pathname !== "/v1/log") return box(request, options);
    const limit = Number(url.searchParams.get("limit") ?? 100);
    let before = Number(url.searchParams.get("cursor") || next);
    const items = [];
    while (items.length < limit && before > 1) items.push(row(--before));
    return Response.json({ items, next: before > 1 ? String(before) : "" });
  };

  const open = () => sources.filter((source) => !source.closed);

  window.flood = {
    sources,
    /** So many rows, one event each, now. */
    rows(count) {
      for (let sent = 0; sent < count; sent++, next++) for (const source of open()) source.tell("log", row(next), next);
    },
    /** So many rows a second, one by one. */
    async lasting(perSecond, milliseconds) {
      const from = performance.now();
      for (let sent = 0; performance.now() - from < milliseconds; ) {
        const due = Math.floor(((performance.now() - from) * perSecond) / 1000);
        this.rows(due - sent);
        sent = due;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    /** So many rows that the stream does not tell, and says so. */
    missed(count) {
      const [first, last] = [next, next + count - 1];
      next += count;
      for (const source of open()) source.tell("missed", { count, first, last }, "");
    },
    /** The connection breaks; so many rows come that nobody hears. */
    broken(count) {
      const [source] = open();
      hidden = Array.from({ length: count }, () => next++);
      source.onerror();
    },
    /** What the box tells a stream that goes on where it was. */
    replay() {
      const [source] = open();
      const after = Number(new URL(source.url, location.href).searchParams.get("last_event_id"));
      for (const id of hidden) if (id > after) source.tell("log", row(id), id);
    },
    /** Milliseconds between the frames of so long a time. */
    frames(milliseconds) {
      return new Promise((resolve) => {
        const found = [];
        const from = performance.now();
        let last;
        requestAnimationFrame(function frame(now) {
          if (last !== undefined) found.push(now - last);
          last = now;
          if (now - from < milliseconds) requestAnimationFrame(frame);
          else resolve(found);
        });
      });
    },
    /** Scrolls from the top to so many pixels below it. */
    scrolling(pixels, milliseconds) {
      const list = document.querySelector("[role=listbox].rows");
      const from = performance.now();
      return new Promise((resolve) => {
        requestAnimationFrame(function frame(now) {
          const part = Math.min(1, (now - from) / milliseconds);
          list.scrollTop = part * pixels;
          if (part < 1) requestAnimationFrame(frame);
          else resolve();
        });
      });
    },
  };
})();
