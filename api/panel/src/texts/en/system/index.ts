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
  overview,
  account,
  tokens,
  webhooks,
  backup,
  storage,
  audit,
};
