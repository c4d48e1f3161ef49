/** Lists that are being fetched, at a person's wish: which, since when, and what became of them. */
import { api, ask, type Schemas } from "$lib/api/client";
import { shown } from "$lib/format/shown";
import { attempt, changed } from "$lib/state/changes";
import { toasts } from "$lib/state/toasts.svelte";
import { t } from "$lib/texts";

type Answer = Schemas["ListsRefreshed"];

export class Refreshing {
  all = $state(false);
  /** Since the fetch began; counted up, so that one sees that it goes on. */
  seconds = $state(0);
  one = $state(0);
  #done: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(done: () => void) {
    this.#done = done;
  }

  async everything(): Promise<void> {
    this.all = true;
    await this.#fetch(() => ask(api.POST("/v1/lists:refresh")) as Promise<Answer>);
    this.all = false;
  }

  async list(number: number): Promise<void> {
    this.one = number;
    const path = { number };
    await this.#fetch(
      () => ask(api.POST("/v1/lists/{number}:refresh", { params: { path } })) as Promise<Answer>,
    );
    this.one = 0;
  }

  async #fetch(send: () => Promise<Answer>): Promise<void> {
    const began = Date.now();
    this.seconds = 0;
    this.#timer = setInterval(() => (this.seconds = Math.round((Date.now() - began) / 1000)), 1000);
    await attempt(async () => tell(await send()));
    clearInterval(this.#timer);
    this.#done();
  }
}

function tell(answer: Answer): void {
  const kept = answer.items.filter((item) => item.outcome === "kept");
  for (const { list, reason, hint } of kept)
    toasts.failed(
      t.lists.outcomes.kept?.(shown(list.name)) ?? "",
      [reason, hint].filter(Boolean).map(shown).join(" "),
    );
  const good = answer.items.filter((item) => item.outcome !== "kept");
  const said = good.map(({ list, outcome }) => t.lists.outcomes[outcome]?.(shown(list.name)) ?? outcome);
  if (said.length) changed(said.join(" "), answer.applied ? answer : undefined);
}
