/** What is on the disk, as it is listed. */

export interface Part {
  id: string;
  size: number;
  /** Of 100. */
  share: number;
}

/** The largest first. */
export function partsOf(storage: Readonly<Record<string, number>>): { total: number; parts: Part[] } {
  const total = Object.values(storage).reduce((sum, size) => sum + size, 0);
  const parts = Object.entries(storage)
    .map(([id, size]) => ({ id, size, share: total ? (100 * size) / total : 0 }))
    .sort((one, other) => other.size - one.size);
  return { total, parts };
}

/** Where the log is to be had as a file. `days`: of the last ones only; "" for all. */
export function exportOf(format: string, device: string, days: string, now: number): string {
  const query = new URLSearchParams({ format });
  if (device) query.set("device", device);
  if (days) query.set("since", String(Math.floor(now) - Number(days) * 86_400));
  return `/v1/log:export?${query}`;
}
