/** Files to and from the box, with how far they are. `fetch` cannot tell that of a body it sends. */
import { connection } from "$lib/state/connection.svelte";
import { session } from "$lib/state/session.svelte";
import { problemOf, Unreachable } from "./problem";

/** Bytes; `of` is 0 where nobody knows how many there will be. */
export type Told = (done: number, of: number) => void;

export interface Downloaded {
  name: string;
  content: Blob;
}

/** A file of the box, as a whole. Throws Problem or Unreachable, and AbortError. */
export async function downloaded(path: string, told: Told, signal?: AbortSignal): Promise<Downloaded> {
  let response = await got(path, signal);
  if (response.status === 401 && (await session.renewed())) response = await got(path, signal);
  if (!response.ok) throw problemOf(response.status, read(await response.text()));
  const of = Number(response.headers.get("Content-Length")) || 0;
  const pieces: BlobPart[] = [];
  let done = 0;
  const reader = response.body?.getReader();
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      pieces.push(piece.value as BlobPart);
      told((done += piece.value.length), of);
    }
  } catch (error) {
    throw away(error);
  }
  const type = response.headers.get("Content-Type") ?? "application/octet-stream";
  return {
    name: nameOf(response.headers.get("Content-Disposition") ?? ""),
    content: new Blob(pieces, { type }),
  };
}

/** Send a file. The answer is of the same kind as those of `api`: for `ask`, `made`, and Confirm. */
export async function uploaded(
  path: string,
  file: Blob,
  told: Told,
): Promise<{ data?: unknown; error?: unknown; response: Response }> {
  let response = await posted(path, file, told);
  const { status } = response;
  if ((status === 401 && (await session.renewed())) || (status === 403 && (await session.isAnew())))
    response = await posted(path, file, told);
  const body = read(await response.text());
  return response.ok ? { data: body, response } : { error: body, response };
}

/** Hand a file to the browser, which keeps it where it keeps downloads. */
export function kept({ name, content }: Downloaded): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser has begun to read it by then
}

async function got(path: string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    const response = await fetch(path, signal && { signal });
    connection.heard();
    return response;
  } catch (error) {
    throw away(error);
  }
}

function away(error: unknown): unknown {
  if (error instanceof DOMException && error.name === "AbortError") return error;
  connection.lost();
  return new Unreachable();
}

function posted(path: string, file: Blob, told: Told): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", session.csrf);
    request.upload.onprogress = (event) => told(event.loaded, event.lengthComputable ? event.total : 0);
    request.onload = () => {
      connection.heard();
      resolve(new Response(request.responseText || null, { status: request.status }));
    };
    request.onerror = () => {
      connection.lost();
      reject(new Unreachable());
    };
    request.send(file);
  });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no body, or one of somebody between us and the box
  }
}

/** The name that the box gives it; without one, something that says what it is. */
function nameOf(disposition: string): string {
  return /filename="([^"/\\]+)"/.exec(disposition)?.[1] ?? "hushgate-download";
}
