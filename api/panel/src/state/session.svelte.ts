/** Who is logged in here. */
import { problemOf } from "$lib/api/problem";
import type { components } from "$lib/api/document";

import { toasts } from "./toasts.svelte";

type Scope = components["schemas"]["Scope"];
export type Stage = "unknown" | "setup" | "out" | "in";

const CHANNEL = "hushgate-session"; // to the other tabs: somebody has logged in or out, have a look

class Session {
  stage = $state<Stage>("unknown");
  name = $state("");
  scopes = $state<readonly string[]>([]);
  secondFactor = $state(false);
  /** The login has ended while a page was open: a dialog asks for it, over what is on the page. */
  renewing = $state(false);
  csrf = "";
  #owner = ""; // whose is what waits for the login
  #waiting: ((renewed: boolean) => void)[] = [];
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : undefined;

  constructor() {
    this.#channel?.addEventListener("message", () => void this.#look());
    // A page that "Back" brings as it was left: somebody may have logged out since.
    addEventListener("pageshow", (event) => event.persisted && void this.#look());
  }

  /** Ask the box who we are. Throws Problem, and TypeError where the box is away. */
  async find(): Promise<void> {
    const answer = await fetch("/v1/session");
    if (answer.ok) {
      const told = (await answer.json()) as components["schemas"]["CallerPublic"];
      const came = this.stage === "out" || this.stage === "setup";
      this.name = told.name;
      this.scopes = told.scopes;
      this.csrf = told.csrf;
      this.stage = "in";
      if (came) this.#tell();
      return;
    }
    if (answer.status !== 401) throw problemOf(answer.status, await answer.json());
    if ((await this.entrance()).needed) this.stage = "setup";
    else this.#forget();
  }

  /** What a login has to ask for; it may have changed since somebody was logged in here. */
  async entrance(): Promise<components["schemas"]["SetupPublic"]> {
    const setup = await fetch("/v1/setup");
    if (!setup.ok) throw problemOf(setup.status, await setup.json());
    const told = (await setup.json()) as components["schemas"]["SetupPublic"];
    this.secondFactor = told.second_factor;
    return told;
  }

  may(scope: Scope): boolean {
    return this.scopes.includes("admin") || this.scopes.includes(scope);
  }

  /** Somebody has logged out here. */
  left(): void {
    this.#forget();
    this.#tell();
    location.reload(); // what pages keep in memory goes, too
  }

  /** Has this browser another login by now, of the same person? A login in another tab takes the place of ours. */
  async isAnew(): Promise<boolean> {
    const { csrf, name } = this;
    await this.find();
    return this.stage === "in" && this.csrf !== csrf && this.#isStill(name);
  }

  /** Wait until the same person has logged in again: false if they would not. */
  renewed(): Promise<boolean> {
    if (!this.renewing) this.#owner = this.name;
    this.renewing = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The dialog is through. */
  async renew(done: boolean): Promise<void> {
    if (done) await this.find();
    else this.#forget();
    this.renewing = false;
    const same = done && this.stage === "in" && this.#isStill(this.#owner);
    for (const resolve of this.#waiting.splice(0)) resolve(same);
    if (done) this.#tell();
  }

  /** What one has typed is never sent, and what was fetched for one is never shown, in the name of another. */
  #isStill(name: string): boolean {
    if (!name || this.name === name) return true;
    location.reload();
    return false;
  }

  /** Nobody's any more: no name, no right and no message is left behind. */
  #forget(): void {
    this.stage = "out";
    this.name = this.csrf = "";
    this.scopes = [];
    toasts.all = [];
  }

  #tell(): void {
    this.#channel?.postMessage("");
  }

  async #look(): Promise<void> {
    if (this.stage === "unknown") return; // about to look anyhow
    const before = this.name;
    try {
      await this.find();
    } catch {
      return; // the box is away: the next request will tell
    }
    if (this.renewing) await this.renew(this.stage === "in");
    else if (this.stage === "in") this.#isStill(before);
    else if (before) location.reload();
  }
}

export const session = new Session();
