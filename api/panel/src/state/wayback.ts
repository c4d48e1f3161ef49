/** The way back from a change that is too large to be taken back by its opposite: to the generation before it. */
import { api, ask, made } from "$lib/api/client";
import { Problem } from "$lib/api/problem";
import { t } from "$lib/texts";

/** Restores what was in force before generation `number`, unless something was changed since: that would go with it. */
export async function backBefore(number: number): Promise<void> {
  const { items } = await ask(api.GET("/v1/generations", { params: { query: { limit: 2 } } }));
  const [newest, before] = items;
  if (newest?.number !== number || !before) throw new Problem(409, t.shared.movedOn);
  await made(api.POST("/v1/generations/{number}:restore", { params: { path: { number: before.number } } }));
}
