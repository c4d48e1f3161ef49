/** Tokens as a person means them. */
import type { Schemas } from "$lib/api/client";

export type Token = Schemas["TokenPublic"];
export type Scope = Schemas["Scope"];

export const SCOPES: readonly Scope[] = ["read", "rules", "devices", "evidence", "admin"];
/** Days that a token counts; "" for ever, "date" until a day that is chosen. */
export const SPANS = ["30", "90", "365", "", "date"] as const;

const DAY = 86_400;

/** Unix seconds at which a token ends; 0 for never. A day that is chosen is the last one, here. Unknown: NaN. */
export function ends(span: string, day: string, now: number): number {
  if (span === "") return 0;
  if (span !== "date") return Math.floor(now) + Number(span) * DAY;
  const [year = NaN, month = NaN, date = NaN] = day.split("-").map(Number);
  return Math.floor(new Date(year, month - 1, date + 1).getTime() / 1000);
}

/** Admin is all of them: the others then say nothing more. */
export function meant(scopes: readonly Scope[]): readonly Scope[] {
  return scopes.includes("admin") ? ["admin"] : SCOPES.filter((scope) => scopes.includes(scope));
}

/** How a program would use it: something that each token may ask for. */
export function example(token: string, scopes: readonly Scope[], origin: string): string {
  const path = scopes.includes("read") || scopes.includes("admin") ? "/v1/status" : "/v1/session";
  return `curl -H "Authorization: Bearer ${token}" ${origin}${path}`;
}

export function expired(token: Token, now: number): boolean {
  return token.expires > 0 && token.expires <= now;
}
