import { counted } from "../counting";

const number = (value: number) => new Intl.NumberFormat("en").format(value);

export const backup = {
  make: "Make a backup",
  makeSay:
    "Rules, lists, groups, phones, bundles, webhooks and trusted keys, in one file. The log is not in it: the command `hushgate backup --with-log` takes that along.",
  secrets: "With secrets",
  secretsSay:
    "Also your account, the tokens, and the secrets of the webhooks: what it takes to move to another box. Keep such a file as you keep passwords. It is noted in the audit log.",
  download: "Download",
  downloading: (size: string) => `Downloading: ${size}`,
  downloaded: (name: string, size: string) => `${name} is downloaded (${size}).`,
  restore: "Restore a backup",
  restoreSay:
    "All that is set now is replaced by what is in the file; you see what that comes to before it is done. The log stays. History goes back to rules, lists, groups and phones as they were, but not to webhooks, accounts and tokens: make a backup first.",
  file: "File of a backup",
  fileHelp: "hushgate-….tar.gz, at most 16 MB. A larger one: `hushgate restore FILE` on the box.",
  look: "See what it would change",
  title: "Restore this backup?",
  sending: (percent: string) => `Sending the file: ${percent}`,
  checking: "Checking it, and trying it against the log …",
  of: (name: string, size: string) => `${name}, ${size}`,
  by: (version: string) => `Made with Hushgate ${version}`,
  tables: {
    rule: "Rules",
    list: "Lists",
    group: "Groups",
    device: "Phones",
    address: "Addresses of phones",
    list_group: "Which list is for which group",
    bundle: "Bundles",
    bundle_key: "Trusted keys",
    webhook: "Webhooks",
    account: "Accounts",
    token: "Tokens",
  } as Record<string, string>,
  counts: (added: number, changed: number, removed: number) =>
    [
      added && `${number(added)} added`,
      changed && `${number(changed)} changed`,
      removed && `${number(removed)} removed`,
    ]
      .filter(Boolean)
      .join(", "),
  nothing: "It holds just what is set now.",
  toFetch: (count: number) =>
    `${counted(count, "list")} ${count === 1 ? "has" : "have"} to be fetched first, which the box does within a quarter of an hour; until then ${count === 1 ? "it has" : "they have"} no say.`,
  leftOut: "Webhooks left out, as nobody knows their secrets:",
  withSecrets:
    "Accounts and tokens become those of the backup. You are logged out, and log in with its password.",
  withLog: "It holds a log as well, which only the command line restores.",
  confirm: "Restore it",
  restored: "The backup is restored.",
  moving: "From another product",
  movingSay:
    "Rules of Pi-hole, AdGuard Home, uBlock Origin and hosts files are taken over on the page of Rules.",
  import: "Import rules",
};
