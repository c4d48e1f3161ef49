/** Notices as the system's notifications: of new phones and of tampering, while the panel is open somewhere.
 *
 * Not by a push service: that would be another host, which would learn when something happens here.
 */
import { LiveStream } from "$lib/api/live.svelte";

import { told, type Told } from "./notices";
import { toasts } from "./toasts.svelte";

const KEY = "hushgate-notify";
const LOCK = "hushgate-notify"; // held by the one tab that tells

export type Possible = "yes" | "insecure" | "denied" | "unsupported";

class Notifications {
  #on = $state(false);
  #release: (() => void) | undefined;

  /** Can there be any in this browser? */
  get possible(): Possible {
    if (!isSecureContext) return "insecure";
    if (!("Notification" in window) || !("serviceWorker" in navigator)) return "unsupported";
    return Notification.permission === "denied" ? "denied" : "yes";
  }

  get on(): boolean {
    return this.#on;
  }

  /** As it was left: call once somebody is logged in. */
  async start(): Promise<void> {
    if (!("serviceWorker" in navigator)) return; // plain HTTP has none
    await navigator.serviceWorker.register("/sw.js");
    if (localStorage.getItem(KEY) && Notification.permission === "granted") this.#listen();
  }

  /** Switch it. Asks the person where the browser wants to be asked for. */
  async turn(on: boolean): Promise<void> {
    if (on && (await Notification.requestPermission()) !== "granted") return;
    if (on) localStorage.setItem(KEY, "on");
    else localStorage.removeItem(KEY);
    if (on) this.#listen();
    else this.stop();
  }

  stop(): void {
    this.#on = false;
    this.#release?.();
    this.#release = undefined;
  }

  #listen(): void {
    if (this.#on) return;
    this.#on = true;
    const ended = new Promise<void>((resolve) => (this.#release = resolve));
    // Of several tabs one listens; when it is closed, the next one does.
    void navigator.locks.request(LOCK, async () => {
      if (!this.#on) return;
      const heard = { notice: (notice: Parameters<typeof told>[0]) => void this.#tell(told(notice)) };
      const stream = new LiveStream(new URLSearchParams({ rows: "false" }), heard, true);
      stream.start();
      await ended;
      stream.stop();
    });
  }

  async #tell(one: Told | undefined): Promise<void> {
    if (!one) return;
    if (!document.hidden) toasts.done(`${one.title}: ${one.body}`);
    const worker = await navigator.serviceWorker.ready;
    await worker.showNotification(one.title, {
      body: one.body,
      icon: "/icon-192.png",
      tag: one.path,
      data: { path: one.path },
    });
  }
}

export const notifications = new Notifications();
