import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Problem, Unreachable } from "$lib/api/problem";
import { downloaded, uploaded } from "$lib/api/transfer";
import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";

let answers: Response[] = [];

class FakeRequest {
  static sent: FakeRequest[] = [];
  upload: { onprogress?: (event: Partial<ProgressEvent>) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  status = 0;
  responseText = "";
  headers: Record<string, string> = {};
  open(): void {}
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(file: Blob): void {
    FakeRequest.sent.push(this);
    this.upload.onprogress?.({ loaded: file.size, total: file.size, lengthComputable: true });
    const answer = answers.shift();
    if (!answer) return this.onerror?.();
    this.status = answer.status;
    void answer.text().then((text) => {
      this.responseText = text;
      this.onload?.();
    });
  }
}

beforeEach(() => {
  FakeRequest.sent = [];
  session.csrf = "first";
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  vi.stubGlobal("fetch", async () => {
    const answer = answers.shift();
    if (!answer) throw new TypeError("away");
    return answer;
  });
});

afterEach(() => {
  connection.heard();
  vi.unstubAllGlobals();
});

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

test("a file comes with its name, and tells how far it is", async () => {
  const headers = {
    "Content-Disposition": 'attachment; filename="hushgate-1.tar.gz"',
    "Content-Length": "5",
  };
  answers = [new Response("hello", { headers })];
  const told: [number, number][] = [];
  const file = await downloaded("/v1/backup", (done, of) => told.push([done, of]));
  expect(file.name).toBe("hushgate-1.tar.gz");
  expect(await file.content.text()).toBe("hello");
  expect(told.at(-1)).toEqual([5, 5]);
});

test("a name that leads elsewhere is none", async () => {
  answers = [new Response("x", { headers: { "Content-Disposition": 'attachment; filename="../../x"' } })];
  expect((await downloaded("/v1/backup", () => undefined)).name).toBe("hushgate-download");
});

test("a download that is refused says why, one that cannot begin says so too", async () => {
  answers = [json(503, { detail: "the database is locked" }), new Response("<html>", { status: 502 })];
  await expect(downloaded("/v1/backup", () => undefined)).rejects.toEqual(
    new Problem(503, "the database is locked"),
  );
  await expect(downloaded("/v1/backup", () => undefined)).rejects.toEqual(new Problem(502, ""));
  await expect(downloaded("/v1/backup", () => undefined)).rejects.toBeInstanceOf(Unreachable);
});

test("a login that ends while a file is sent loses nothing", async () => {
  answers = [
    json(401, { detail: "log in" }),
    json(200, { name: "admin", scopes: ["admin"], csrf: "second" }),
    json(200, { dry_run: true }),
  ];
  const told: [number, number][] = [];
  const sent = uploaded("/v1/restore", new Blob(["abc"]), (done, of) => told.push([done, of]));
  await vi.waitFor(() => expect(session.renewing).toBe(true));
  await session.renew(true);
  expect((await sent).data).toEqual({ dry_run: true });
  expect(FakeRequest.sent.map(({ headers }) => headers["X-CSRF-Token"])).toEqual(["first", "second"]);
  expect(told.at(-1)).toEqual([3, 3]);
});

test("a file that is refused is an error, as of any other request", async () => {
  answers = [json(422, { detail: "no backup" })];
  const { data, error, response } = await uploaded("/v1/restore", new Blob(["x"]), () => undefined);
  expect([data, error, response.status]).toEqual([undefined, { detail: "no backup" }, 422]);
  await expect(uploaded("/v1/restore", new Blob(["x"]), () => undefined)).rejects.toBeInstanceOf(Unreachable);
});

test("a file that goes with the word of an older login is sent again with that of the new one", async () => {
  session.name = "admin";
  answers = [
    json(403, {}),
    json(200, { name: "admin", scopes: ["admin"], csrf: "second" }),
    json(200, { sums: {} }),
  ];
  const { data } = await uploaded("/v1/restore", new Blob(["x"]), () => undefined);
  expect(data).toEqual({ sums: {} });
  expect(FakeRequest.sent.map((request) => request.headers["X-CSRF-Token"])).toEqual(["first", "second"]);
});
