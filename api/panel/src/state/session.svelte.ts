/** Who is logged in here. */
import { problemOf } from "$lib/api/problem";
import type { components } from "$lib/api/document";

type Scope = components["schemas"]["Scope"];
export type Stage = "unknown" | "setup" | "out" | "in";

class Session {
  stage = $state<Stage>("unknown");
  name = $state("");
  scopes = $state<readonly string[]>([]);
  secondFactor = $state(false);
  /** The login has ended while a page was open: a dialog asks for it, over what is on the page. */
  renewing = $state(false);
  csrf = "";
  #waiting: ((renewed: boolean) => void)[] = [];

  /** Ask the box who we are. Throws Problem, and TypeError where the box is away. */
  async find(): Promise<void> {
    const answer = await fetch("/v1/session");
    if (answer.ok) {
      const told = (await answer.json()) as components["schemas"]["CallerPublic"];
      this.name = told.name;
      this.scopes = told.scopes;
      this.csrf = told.csrf;
      this.stage = "in";
      return;
    }
    if (answer.status !== 401) throw problemOf(answer.status, await answer.json());
    this.stage = (await this.entrance()).needed ? "setup" : "out";
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

  /** Wait until somebody has logged in again: false if they would not. */
  renewed(): Promise<boolean> {
    this.renewing = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The dialog is through. */
  async renew(done: boolean): Promise<void> {
    if (done) await this.find();
    else this.stage = "out";
    this.renewing = false;
    for (const resolve of this.#waiting.splice(0)) resolve(done);
  }
}

export const session = new Session();
