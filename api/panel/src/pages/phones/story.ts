/** What a phone's page says first, from the flows of the phone: who it tried to report to, and what became of it. */
import type { Schemas } from "$lib/api/client";
import type { Flow } from "./flow";

export interface Story {
  asked: number;
  blocked: number;
  bytes: number;
  attempts: number;
  stopped: number;
  got_through: number;
  /** Those it tried to report to, most attempts first. */
  companies: string[];
}

/** `purposes` are the reporting ones, as `/v1/overview` names them: so the numbers are those of the rows in the log. */
export function storyOf(flows: readonly Flow[], purposes: readonly string[]): Story {
  const reporting = new Set(purposes);
  const story: Story = {
    asked: 0,
    blocked: 0,
    bytes: 0,
    attempts: 0,
    stopped: 0,
    got_through: 0,
    companies: [],
  };
  const companies = new Map<string, number>();
  for (const flow of flows) {
    story.asked += flow.count;
    story.bytes += flow.bytes;
    if (flow.action === "blocked") story.blocked += flow.count;
    if (!reporting.has(flow.purpose)) continue;
    story.attempts += flow.count;
    if (flow.action === "blocked" || flow.action === "rewritten") story.stopped += flow.count;
    if (flow.action === "allowed" || flow.action === "observed") story.got_through += flow.count;
    if (flow.company) companies.set(flow.company, (companies.get(flow.company) ?? 0) + flow.count);
  }
  story.companies = [...companies].sort((a, b) => b[1] - a[1]).map(([company]) => company);
  return story;
}

export interface Stopped {
  name: string;
  company: string;
  purpose: string;
  count: number;
}

/** Names that were stopped, most frequent first. */
export function stoppedOf(flows: readonly Flow[]): Stopped[] {
  const found = new Map<string, Stopped>();
  for (const { name, company, purpose, action, count } of flows) {
    if (action !== "blocked") continue;
    const one = found.get(name);
    if (one) one.count += count;
    else found.set(name, { name, company, purpose, count });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

type Pause = Schemas["PausePublic"];
type Device = Schemas["DevicePublic"];

export interface Holding {
  scope: Pause["scope"];
  until: number;
}

/** The pause that holds for this phone at `now`: its own first, which can be ended here. */
export function pauseOf(
  device: Pick<Device, "key" | "group" | "paused_until">,
  pauses: readonly Pause[],
  now: number,
): Holding | undefined {
  if (device.paused_until > now) return { scope: "device", until: device.paused_until };
  const found = pauses
    .filter(({ until }) => until > now)
    .find(({ scope, target }) => scope === "all" || (scope === "group" && target === device.group));
  return found && { scope: found.scope, until: found.until };
}
