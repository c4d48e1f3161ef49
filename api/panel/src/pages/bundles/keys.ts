/** Public keys of minisign's, to be compared by eye before they are trusted. The box checks them itself. */

const BYTES = 42; // "Ed", the id's eight bytes, 32 of Ed25519

/** The id as minisign shows it, of a public key file or its second line; undefined for anything else. */
export function idOf(text: string): string | undefined {
  const line = text
    .split("\n")
    .map((one) => one.trim())
    .filter((one) => one && !one.startsWith("untrusted comment:"))
    .at(0);
  if (!line || !/^[A-Za-z0-9+/]+=*$/.test(line)) return undefined;
  let bytes: string;
  try {
    bytes = atob(line);
  } catch {
    return undefined; // no Base64: it is still being typed
  }
  if (bytes.length !== BYTES || !bytes.startsWith("Ed")) return undefined;
  // The id is a number of which the least byte stands first.
  return [...bytes.slice(2, 10)]
    .reverse()
    .map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
