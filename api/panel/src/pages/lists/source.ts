/** Where a list comes from, as somebody has written it. */

/** The address, where following it does no harm: of the web, and without a password in it. */
export function webAddress(source: string): string | undefined {
  if (!URL.canParse(source)) return undefined;
  const url = new URL(source);
  const harmless = /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return harmless ? url.href : undefined;
}
