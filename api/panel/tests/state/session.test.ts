import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { api, ask } from "$lib/api/client";
import { Problem } from "$lib/api/problem";
import { session } from "$lib/state/session.svelte";
import { toasts } from "$lib/state/toasts.svelte";

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const who = (name: string, csrf: string) => json(200, { name, scopes: ["admin"], csrf });
const OUT = () => [json(401, {}), json(200, { needed: false, second_factor: false })];

const sent: Request[] = [];
const reload = vi.fn();
let answers: Response[] = [];

beforeEach(async () => {
  sent.length = 0;
  vi.stubGlobal("fetch", async (request: Request | string) => {
    if (typeof request !== "string") sent.push(request.clone());
    const answer = answers.shift();
    if (!answer) throw new TypeError("away");
    return answer;
  });
  vi.stubGlobal("location", { origin: location.origin, href: location.href, reload });
  answers = [who("anna", "first")];
  await session.find();
});

afterEach(() => {
  vi.unstubAllGlobals();
  reload.mockReset();
  session.renewing = false;
});

const rule = () => ask(api.POST("/v1/rules", { body: { text: "||a.example^" } as never }));

test("what one has typed is not sent in the name of another", async () => {
  answers = [json(401, {})];
  const made = rule();
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  answers = [who("bert", "second")];
  await session.renew(true);
  await expect(made).rejects.toBeInstanceOf(Problem);
  expect(sent).toHaveLength(1);
  expect(reload).toHaveBeenCalledOnce(); // nor is shown what was fetched for the one
});

test("a login in another tab takes the place of this one's: the change is sent again with what goes with it", async () => {
  answers = [json(403, {}), who("anna", "second"), json(201, { id: 1 })];
  expect(await rule()).toEqual({ id: 1 });
  expect(sent.map((request) => request.headers.get("X-CSRF-Token"))).toEqual(["first", "second"]);
});

test("a refusal for another reason is not tried again", async () => {
  answers = [json(403, { detail: "no" }), who("anna", "first")];
  await expect(rule()).rejects.toEqual(new Problem(403, "no"));
  answers = [json(403, { detail: "no" }), who("bert", "second")];
  await expect(rule()).rejects.toEqual(new Problem(403, "no"));
  expect(sent).toHaveLength(2);
});

test("who logs out leaves nothing behind", () => {
  toasts.done("Anna's phone is renamed.", async () => undefined);
  session.left();
  expect([session.stage, session.name, session.csrf, session.scopes]).toEqual(["out", "", "", []]);
  expect(toasts.all).toEqual([]);
  expect(reload).toHaveBeenCalledOnce(); // nor what pages keep
});

test("a page that Back brings as it was left looks whose it is", async () => {
  answers = OUT();
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(session.stage).toBe("out");
});

test("a page that is opened is not looked at twice", () => {
  answers = OUT();
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
  expect(answers).toHaveLength(2);
});

test("a logout in another tab is one here, also while a login is asked for", async () => {
  const other = new BroadcastChannel("hushgate-session");
  answers = [json(401, {})];
  const made = rule();
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  answers = OUT();
  other.postMessage("");
  await expect(made).rejects.toBeInstanceOf(Problem);
  expect([session.stage, session.renewing]).toEqual(["out", false]);
  other.close();
});

test("a login in another tab is one here: what waited for it goes on", async () => {
  const other = new BroadcastChannel("hushgate-session");
  answers = [json(401, {})];
  const made = rule();
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  answers = [who("anna", "second"), who("anna", "second"), json(201, { id: 1 })];
  other.postMessage("");
  expect(await made).toEqual({ id: 1 });
  other.close();
});
