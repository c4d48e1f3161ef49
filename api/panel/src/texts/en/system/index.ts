import { account } from "./account";
import { audit } from "./audit";
import { backup } from "./backup";
import { overview } from "./overview";
import { storage } from "./storage";
import { tokens } from "./tokens";
import { webhooks } from "./webhooks";

/** The page System, a file for each of its parts. */
export const system = {
  tabs: {
    label: "Parts of the system",
    overview: "Overview",
    account: "Account",
    tokens: "Tokens",
    webhooks: "Webhooks",
    backup: "Backup",
    storage: "Storage",
    audit: "Audit log",
  },
  headings: {
    account: "Who may rule this box, and how they prove it.",
    tokens: "Programs that may use this box.",
    webhooks: "Programs that this box tells of what happens.",
    backup: "All that is set, in one file, and back.",
    audit: "Who has changed what, and what was there before.",
  } as Record<string, string>,
  overview,
  account,
  tokens,
  webhooks,
  backup,
  storage,
  audit,
};
