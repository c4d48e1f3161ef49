import { counted } from "../counting";

const some = (count: number, one: string, many: string) => (count === 1 ? one : many);

export const overview = {
  well: "Every part of this box runs.",
  ill: (count: number) => `${counted(count, "part")} of this box ${count === 1 ? "does" : "do"} not run.`,
  below: (version: string, python: string) => `Hushgate ${version} on Python ${python}`,
  generation: (number: number) => `generation ${number} in force`,
  roles: "Parts",
  role: "Part",
  state: "State",
  since: "Since",
  says: "Since it started",
  states: { up: "runs", down: "does not run", starting: "is starting" } as Record<string, string>,
  does: {
    dns: "answers the phones",
    keeper: "keeps the log, fetches lists",
    panel: "serves this panel and the API",
    firewall: "guards the packets",
    sinkhole: "takes what was stopped",
  } as Record<string, string>,
  answered: (number: string, count: number) => `${number} ${some(count, "question", "questions")} answered`,
  stored: (number: string, count: number) => `${number} ${some(count, "row", "rows")} of the log stored`,
  waiting: (number: string, count: number) =>
    `${number} ${some(count, "row is", "rows are")} on the way into the log`,
  broughtHome: (number: string, count: number) =>
    `${number} ${some(count, "flow", "flows")} to other resolvers answered here`,
  encryptedRefused: (number: string, count: number) =>
    `${number} ${some(count, "packet", "packets")} to encrypted resolvers refused`,
  listens: (where: string) => `reached at ${where}`,
  lost: (number: string, count: number) => `${number} ${some(count, "row", "rows")} of the log lost`,
  refused: (number: string, count: number) =>
    `${number} ${some(count, "row", "rows")} that the log could not take`,
  limited: (number: string, count: number) =>
    `${number} ${some(count, "question", "questions")} left unanswered: a device asked too often`,
  overloaded: (number: string, count: number) =>
    `${number} ${some(count, "question", "questions")} left unanswered: too many at once`,
  behind: (its: number, current: number) => `decides by generation ${its}, not ${current}`,
  setAside: "Damaged databases were set aside. What is in them is still on the box, in its data folder:",
  settings: "Settings",
  settingsSay: "What somebody has set otherwise. Type a word to find any other setting.",
  allDefault: "Nobody has set anything otherwise. Type a word to find a setting.",
  find: "Find a setting",
  noSetting: "No setting has these words.",
  key: "Setting",
  value: "Value",
  source: "Set by",
  sources: {
    default: "as it comes",
    file: "the settings file",
    environment: "the environment",
    flag: "an option of `hushgate up`",
    panel: "this panel",
  } as Record<string, string>,
  network: "Change DNS settings",
  links: "More about this box",
  docs: "Documentation of its API",
  licences: "Licences",
  metrics: "Metrics for Prometheus",
};
