/** What the box says of a day, for tests. */
import type { Schemas } from "$lib/api/client";

export const SINCE = 1_795_302_000;

type Overview = Schemas["OverviewPublic"];

export function overview(of: {
  attempts: number;
  stopped?: number;
  got_through?: number;
  asked?: number;
}): Overview {
  const { attempts, stopped = 0, got_through = 0, asked = 9412 } = of;
  const company = (name: string) => ({
    company: name,
    attempts: 1,
    stopped: 1,
    got_through: 0,
    countries: [],
  });
  return {
    since: SINCE,
    until: SINCE + 3600,
    asked,
    blocked: stopped,
    observed: 0,
    percent: 13.6,
    devices: 3,
    names: 9,
    telemetry: { attempts, stopped, got_through, companies: 2, purposes: ["analytics", "location"] },
    companies: [company("Xiaomi"), company("Alibaba")],
    destinations: [],
    devices_seen: [],
    hours: [],
  };
}
