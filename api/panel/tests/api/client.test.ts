import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { api, ask } from "$lib/api/client";
import { Problem, Unreachable } from "$lib/api/problem";
import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

const sent: Request[] = [];
let answers: Response[] = [];

beforeEach(() => {
  sent.length = 0;
  session.csrf = "first";
  vi.stubGlobal("fetch", async (request: Request | string) => {
    if (typeof request !== "string") sent.push(request.clone());
    const answer = answers.shift();
    if (!answer) throw new TypeError("away");
    return answer;
  });
});

afterEach(() => {
  connection.heard();
  vi.unstubAllGlobals();
});

test("a change carries what keeps other sites out, a look does not", async () => {
  answers = [json(200, { items: [] }), json(201, { id: 1 })];
  await ask(api.GET("/v1/groups"));
  await ask(api.POST("/v1/rules", { body: { text: "||a.example^" } as never }));
  expect(sent.map((request) => request.headers.get("X-CSRF-Token"))).toEqual([null, "first"]);
});

test("a problem is thrown as one", async () => {
  answers = [json(404, { title: "Not Found", status: 404, detail: "there is no rule 7" })];
  await expect(ask(api.GET("/v1/rules/{number}", { params: { path: { number: 7 } } }))).rejects.toEqual(
    new Problem(404, "there is no rule 7"),
  );
});

test("a box that is away is noticed", async () => {
  answers = [];
  await expect(ask(api.GET("/v1/groups"))).rejects.toBeInstanceOf(Unreachable);
  expect(connection.away).toBe(true);
});

test("a login that ends in the middle of a change loses nothing: it is sent again after the new login", async () => {
  answers = [
    json(401, { detail: "log in" }),
    json(200, { name: "admin", scopes: ["admin"], csrf: "second" }),
    json(201, { id: 1 }),
  ];
  const made = ask(api.POST("/v1/rules", { body: { text: "||a.example^" } as never }));
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  await session.renew(true);
  expect(await made).toEqual({ id: 1 });
  expect(sent).toHaveLength(2);
  expect(sent[1]?.headers.get("X-CSRF-Token")).toBe("second");
  expect(await sent[1]?.json()).toEqual({ text: "||a.example^" });
});

test("who does not log in again hears that it was refused", async () => {
  answers = [json(401, { detail: "log in" })];
  const made = ask(api.GET("/v1/groups"));
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  await session.renew(false);
  await expect(made).rejects.toBeInstanceOf(Problem);
  expect(session.stage).toBe("out");
});

test("a wrong password is no login that has ended", async () => {
  answers = [json(401, { detail: "password or code is wrong" }), json(200, { name: "admin" })];
  const body = { password: "wrong", code: "" };
  await expect(ask(api.POST("/v1/account/recovery", { body }))).rejects.toEqual(
    new Problem(401, "password or code is wrong"),
  );
  expect(session.renewing).toBe(false);
});

test("a login that ended is found out where the password is asked for as well", async () => {
  answers = [json(401, { detail: "log in" }), json(401, {})];
  const made = ask(api.POST("/v1/account/recovery", { body: { password: "right", code: "" } }));
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  answers = [json(200, { name: "admin", scopes: ["admin"], csrf: "third" }), json(200, { codes: ["a"] })];
  await session.renew(true);
  expect(await made).toEqual({ codes: ["a"] });
});

test("so it is of the list of logins", async () => {
  answers = [json(401, { detail: "log in" })];
  const made = ask(api.GET("/v1/sessions"));
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  await session.renew(false);
  await expect(made).rejects.toBeInstanceOf(Problem);
});
