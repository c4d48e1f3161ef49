/** Notices as a person is told them. */
import type { Notice } from "$lib/api/live.svelte";
import { deviceName, shown } from "$lib/format/shown";
import { t } from "$lib/texts";

export interface Told {
  title: string;
  body: string;
  /** The page of the panel that shows more. */
  path: string;
}

const MAX_BODY = 200; // characters: a host name has up to 253

/** What to tell of a notice; undefined for those that can wait until somebody looks. */
export function told(notice: Notice): Told | undefined {
  const name = deviceName(notice.device, notice.device_name).slice(0, MAX_BODY);
  if (notice.kind === "new-device") {
    const path = `/phones/${encodeURIComponent(notice.device)}`;
    return { title: t.notices.newDevice, body: t.notices.newDeviceSay(name), path };
  }
  if (notice.kind === "tampering") {
    const what = shown(String(notice.subject ?? "")).slice(0, MAX_BODY);
    const detail = shown(String(notice.detail ?? "")).slice(0, MAX_BODY);
    const path = what.startsWith("bundle ") ? "/bundles" : "/system";
    return { title: t.notices.tampering, body: t.notices.tamperingSay(what, detail), path };
  }
  return undefined;
}
