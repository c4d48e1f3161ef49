/** Which steps are for whom. */

export const KINDS = ["xiaomi", "android", "ios", "router"] as const;
export type Kind = (typeof KINDS)[number];

/** The kind of phone that a browser says it runs on; where it runs on none, the one this all began with. */
export function kindOf(agent: string): Kind {
  if (/iPhone|iPad/.test(agent)) return "ios";
  if (/Android/.test(agent) && !/Redmi|Xiaomi|POCO|MIUI|Mi \d|; M\d{4}[A-Z]/i.test(agent)) return "android";
  return "xiaomi";
}

/** The address to write into a phone: one that is asked on port 53, as phones do; "" for none. */
export function addressOf(dns: readonly { address: string; port: number }[]): string {
  return dns.find((one) => one.port === 53)?.address ?? dns[0]?.address ?? "";
}
