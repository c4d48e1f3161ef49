import { counted, digits } from "./counting";

interface Subject {
  actions: string[];
  phones: string[];
  names: string[];
  companies: string[];
  purposes: string[];
  countries: string[];
}

const or = (words: string[]): string =>
  words.length > 3 ? `${words.slice(0, 2).join(", ")} or ${words.length - 2} others` : words.join(" or ");

const MINUTE = 60;
const UNITS: Record<string, number> = {
  minute: MINUTE,
  hour: 60 * MINUTE,
  day: 1440 * MINUTE,
  week: 10_080 * MINUTE,
};

export const log = {
  /** The filters as a sentence. */
  sentence: ({ actions, phones, names, companies, purposes, countries }: Subject): string => {
    const what = actions.length === 1 ? `What was ${actions[0]}` : "What was asked for";
    const parts = [
      actions.length > 1 ? ` and ${or(actions)}` : "",
      phones.length ? ` of ${or(phones)}` : "",
      names.length ? ` at ${or(names)}` : "",
      companies.length ? ` on its way to ${or(companies)}` : "",
      purposes.length ? `: ${or(purposes)}` : "",
      countries.length ? ` in ${or(countries)}` : "",
    ];
    return what + parts.join("");
  },
  some: "Some of what your phones ask for",
  everything: "What your phones ask for, as it happens",
  totals: (asked: string, blocked: string, today: boolean) =>
    `${asked} questions ${today ? "today" : "in this time"}, ${blocked} of them stopped`,

  search: "Filter the log",
  searchHint: "redmi blocked xiaomi, *.miui.com, today …",
  suggestions: "What could be meant",
  typeMore: "Or a company, a country, a name such as *.miui.com, AAAA, rule:12, list:NAME, layer:lists.",
  filters: "Filters",
  clear: "Clear all",
  takeOff: (label: string) => `Take off: ${label}`,
  chip: {
    action: (value: string) => value,
    device: (value: string) => value,
    name: (value: string) => value,
    company: (value: string) => value,
    purpose: (value: string) => value,
    country: (value: string) => `in ${value}`,
    type: (value: string) => `type ${value}`,
    channel: (value: string) => value,
    address: (value: string) => `address ${value}`,
    layer: (value: string) => `decided by: ${value}`,
    list: (value: string) => `list ${value}`,
    rule: (value: string) => `rule ${value}`,
    line: (value: string) => `line ${value}`,
    since: (value: string) => `since ${value}`,
    until: (value: string) => `until ${value}`,
  } as Record<string, (value: string) => string>,
  /** Where nothing is known. */
  unknown: {
    company: "no known company",
    purpose: "no known purpose",
    country: "no known country",
  } as Record<string, string>,
  kind: {
    action: "outcome",
    device: "phone",
    name: "name",
    company: "company",
    purpose: "purpose",
    country: "country",
    type: "record type",
    channel: "channel",
    address: "address",
    layer: "decided by",
    list: "list",
    rule: "rule",
    line: "line",
    since: "time",
    until: "time",
  } as Record<string, string>,
  sinceMidnight: "today",
  and: "together",
  /** What may stand before a colon, and what it means. */
  fieldWords: {
    action: "action",
    outcome: "action",
    phone: "device",
    device: "device",
    name: "name",
    host: "name",
    company: "company",
    purpose: "purpose",
    country: "country",
    type: "type",
    channel: "channel",
    address: "address",
    layer: "layer",
    list: "list",
    rule: "rule",
    line: "line",
    since: "since",
    until: "until",
  } as Record<string, string>,
  actionWords: {
    blocked: ["blocked", "stopped", "denied"],
    allowed: ["allowed", "let through", "passed"],
    observed: ["observed", "only watched", "watched"],
    rewritten: ["rewritten", "answered instead"],
    refused: ["refused", "failed"],
  } as Record<"blocked" | "allowed" | "observed" | "rewritten" | "refused", string[]>,
  ignored: ["by", "from", "to", "of", "the", "and", "for", "at", "in"],
  /** "last 5 minutes" is 300; undefined for what is no time. */
  span: (words: string): number | "today" | "yesterday" | undefined => {
    if (words === "today" || words === "yesterday") return words;
    const [, count, unit] = /^(?:the )?(?:last )?(\d{1,4} )?(minute|hour|day|week)s?$/.exec(words) ?? [];
    if (!unit || (!count && !words.includes("last"))) return undefined;
    return Number(count ?? 1) * UNITS[unit]!;
  },

  period: {
    button: "Time …",
    title: "From when to when",
    since: "From",
    until: "To",
    help: "Your time. Leave one empty for no limit.",
    apply: "Show these",
    any: "Any time",
    wrong: "The end is before the beginning.",
  },

  following: "Following",
  paused: "Paused",
  waits: "New rows wait while you read",
  over: "This time is over: nothing new comes.",
  broken: "The live connection is lost. It is tried again; what came meanwhile is shown then.",
  opening: "Connecting …",
  pause: "Pause",
  follow: "Follow",
  fresh: (count: number) => counted(count, "new row"),
  freshHint: "Show them",
  kept: (count: number) => counted(count, "row"),
  keptQuestions: (count: number) => `${counted(count, "question")} in all`,
  rows: "Rows of the log",
  searching: "Looking further back …",
  end: "That is all there is.",
  full: (count: number) =>
    `This page keeps the newest ${digits(count)} rows; older ones were let go. They are still in the log:`,
  fullLink: "show what was before",
  gap: (count: number | null) =>
    count === null
      ? "Some rows came while nobody could be told."
      : `${counted(count, "row")} came too fast to be shown.`,
  gapLoad: "Load them",
  gapLoading: "Loading them …",
  times: (count: number) => `×${digits(count)}`,

  nothingYet: "Nothing is in the log yet. As soon as a phone asks this box for names, it is seen here.",
  pointPhone: "Point a phone here",
  nothingFits: "No row fits these filters.",
  nothingFitsLive: "No row fits these filters yet. What comes from now on is shown here.",

  more: "More …",
  export: {
    title: "Save as a file",
    says: "All rows that fit the filters, the oldest first.",
    csv: "CSV, for spreadsheets",
    jsonl: "JSON lines, for programs",
    parquet: "Parquet, for analysis",
  },
  wipe: {
    button: "Wipe a phone's log …",
    title: "Wipe the log of a phone",
    says: "Its rows, its sums, and the names that only it asked for are taken out for good. This cannot be undone.",
    phone: "Phone",
    choose: "Choose a phone",
    confirm: "Wipe for good",
    done: (name: string, rows: number) => `${counted(rows, "row")} of ${name} wiped.`,
  },

  row: {
    title: "This row",
    gone: "There is no such row in the log. It may be too old by now.",
    close: "Close",
    newer: "Newer row",
    older: "Older row",
    asked: (phone: string) => `${phone} asked for it`,
    verdict: "Outcome",
    why: "Why",
    nobody: "No rule is about this name: it is let through.",
    noRuleStopped: "The log does not say by which rule.",
    whose: "Whose",
    forWhat: "For what",
    where: "Where to",
    evidence: "How we know",
    noEvidence: "The catalogue does not know this name: nothing is claimed about it.",
    breaks: "What breaks",
    breaksNothing: "Nothing is known to break while it is stopped.",
    data: "What is in it",
    dataSays: "by the catalogue; this row shows the question, not what was sent",
    when: "When",
    how: "How",
    size: "Size",
    group: "Group",
    schedule: "Schedule",
    generation: "Decided in",
    generationNumber: (number: number) => `generation ${number}`,
    generationNow: (then: number, now: number) =>
      then === now ? `generation ${then}, which is in force` : `generation ${then}; ${now} is in force now`,
    others: "Also about it",
    othersSay: (effect: string, reason: string) => `${effect}: ${reason}`,
    line: (line: number) => `line ${line}`,
    ruleNumber: (number: number) => `rule ${number}`,
    seeLine: "Rows of this line",
    repeated: (count: number) => `${counted(count, "time")} within this second`,
    today: "Now",
    now: {
      same: "It would be decided the same way.",
      otherRule: "It would end the same way, by another rule:",
      differs: (then: string, now: string) => `It was ${then}. Now it would be ${now}:`,
      differsNoRule: (then: string, now: string) =>
        `It was ${then}. Now it would be ${now}: no rule is about it.`,
      beside: (outcome: string) =>
        `What happened then does not hang on the name alone. By its name it would be ${outcome} now.`,
    },
    history: "This phone and this name",
    historyAll: (count: string, since: string) => `${count} since ${since}`,
    historyMore: (count: string) => `more than ${count}`,
    historyTimes: (count: number) => counted(count, "time"),
    everyPhone: "on every phone",
  },

  act: {
    allow: "Allow …",
    block: "Stop …",
    allowTitle: (name: string) => `Let ${name} through`,
    blockTitle: (name: string) => `Stop ${name}`,
    whom: "For whom",
    device: (phone: string) => phone,
    group: (group: string) => (group ? `all phones of the group ${group}` : "all phones of its group"),
    everyone: "every phone",
    which: "Which names",
    name: "this name alone",
    domain: "this name and all below it",
    long: "For how long",
    lengths: { 3600: "an hour", 86400: "a day", 604800: "a week", 0: "for good" } as Record<number, string>,
    comment: "Comment",
    confirmAllow: "Let it through",
    confirmBlock: "Stop it",
    allowed: (text: string) => `Let through from now on, by the rule ${text}.`,
    blocked: (text: string) => `Stopped from now on, by the rule ${text}.`,
    note: (note: string) => `It may not decide all the same: ${note}`,
    aside: (numbers: number[]) =>
      `${numbers.length === 1 ? "Rule" : "Rules"} ${numbers.join(", ")}, which ${numbers.length === 1 ? "says" : "say"} the opposite, will be switched off.`,
    noName: "This row has no name: a rule can be written by hand.",
  },
};
