/** The box's API, typed from its document. The only room that sends requests.
 *
 * `await ask(api.GET("/v1/groups"))` is the answer's body or throws Problem or Unreachable. A change is sent with
 * `made(…)`; with `dry_run: true` in its query it goes through `tried(…)`.
 */
import createClient, { type Middleware } from "openapi-fetch";

import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";
import type { components, paths } from "./document";
import { problemOf, Unreachable } from "./problem";

export type Schemas = components["schemas"];
export type DryRun = Schemas["DryRun"];

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// These say 401 themselves, of a wrong password: nobody has to log in anew for it.
const ENTRANCES = ["/v1/session", "/v1/setup"];

const copies = new WeakMap<Request, Request>();

const asBrowser: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", session.csrf);
    copies.set(request, request.clone());
    return undefined;
  },
  async onResponse({ request, response, schemaPath }) {
    connection.heard();
    const again = copies.get(request);
    if (!again || !(await isRenewed(again.method, response.status, schemaPath))) return undefined;
    if (again.method !== "GET") again.headers.set("X-CSRF-Token", session.csrf);
    return fetch(again);
  },
};

/** Was the request refused for its login alone, and has that been renewed? Then it is sent again. */
async function isRenewed(method: string, status: number, path: string): Promise<boolean> {
  // It has ended, perhaps in the middle of an edit: what was typed stays, and is sent after the new login.
  if (status === 401 && (await hasEnded(path))) return session.renewed();
  return status === 403 && method !== "GET" && session.isAnew();
}

/** Has the login ended? Where somebody has to prove who they are, 401 may also be of a wrong password or code. */
async function hasEnded(path: string): Promise<boolean> {
  if (ENTRANCES.includes(path)) return false;
  return !path.startsWith("/v1/account/") || (await fetch("/v1/session")).status === 401;
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => fetch(request) });
api.use(asBrowser);

/** The body of an answer. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    connection.lost();
    throw new Unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

/** A change that is in force now. */
export async function made<T>(asked: Promise<Answer<T>>): Promise<Exclude<T, DryRun>> {
  return (await ask(asked)) as Exclude<T, DryRun>;
}

/** What a change would come to: sent with `dry_run: true`. */
export async function tried(asked: Promise<Answer<unknown>>): Promise<DryRun> {
  return (await ask(asked)) as DryRun;
}

/** A thing and its version: with `If-Match: version` a change of it is refused (412) where somebody was faster. */
export async function versioned<T>(asked: Promise<Answer<T>>): Promise<{ value: T; version: string }> {
  let version = "";
  const value = await ask(
    asked.then((answer) => {
      version = answer.response.headers.get("ETag") ?? "";
      return answer;
    }),
  );
  return { value, version };
}
