/** Rows to test with. */
import type { LogRow } from "$lib/api/live.svelte";

export function row(id: number, more: Partial<LogRow> = {}): LogRow {
  return {
    id,
    time: new Date(1_700_000_000_000 + id * 1000).toISOString(),
    device: "192.0.2.7",
    device_name: "Ann's phone",
    channel: "dns",
    name: `n${id}.example`,
    type: "A",
    address: "",
    port: 0,
    action: "allowed",
    rule: null,
    company: "",
    purpose: "",
    country: "",
    count: 1,
    bytes: 60,
    generation: 1,
    ...more,
  };
}

/** Rows of these numbers. */
export const rows = (...ids: number[]): LogRow[] => ids.map((id) => row(id));
