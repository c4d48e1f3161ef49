import { number } from "$lib/format/numbers";

import { counted } from "./counting";

const times = (count: number): string => (count === 1 ? "once" : counted(count, "time"));
const wereStopped = (count: number): string => (count === 1 ? "one was" : `${number(count)} were`);

/** Home. {places} in a sentence are filled with names and numbers that lead somewhere. */
export const home = {
  title: "Home",
  times,
  questions: (count: number) => counted(count, "question"),
  companies: (count: number) => counted(count, "company", "companies"),
  phones: (count: number) => counted(count, "phone"),
  and: (one: string, other: string) => `${one} and ${other}`,
  choose: "Of which time",
  spans: { today: "Today", "24h": "24 hours", "7d": "7 days", "30d": "30 days" },
  /** As part of a sentence. */
  when: {
    today: "today",
    "24h": "in the last 24 hours",
    "7d": "in the last 7 days",
    "30d": "in the last 30 days",
  },
  sentence: {
    tried: "Your phones tried {times} {when} to report to {companies}.",
    triedNobody: "Your phones tried {times} {when} to report on you.",
    none: "None got through.",
    unanswered: (stopped: number) =>
      `None got through: ${wereStopped(stopped)} stopped, the others found nobody to answer.`,
    some: (through: number) => `${number(through)} got through.`,
    all: "None was stopped.",
    quiet: "Your phones asked {questions} {when}. None of it is a known attempt to report.",
    nothing: "Nothing was asked {when}.",
    never: "No phone has asked this box anything yet.",
  },
  below: {
    sinceMidnight: "Since midnight",
    since: (time: string) => `Since ${time}`,
    asked: (count: number) => `${counted(count, "question")} asked`,
    stopped: (percent: string) => `${percent} stopped`,
    observed: (count: number) => `${counted(count, "question")} only watched, as you chose`,
  },
  steps: {
    text: "Point a phone at this box, or let the demo phone show you what is seen here.",
    go: "First steps",
    longer: "Look at 30 days",
    nothing: "What a phone asks shows here within a second.",
  },
  map: {
    title: "Where it was headed",
    label: (count: number) => `World map: attempts to report, to ${counted(count, "country", "countries")}`,
    box: "home",
    stopped: "stopped",
    through: "let through",
    unknown: (count: number) =>
      `${counted(count, "more attempt")} to hosts of which the catalogue does not know the country.`,
    source: "By what the catalogue knows of each host: nothing was sent there to find out.",
    empty: "Attempts to report will show here, with the country of who runs the host.",
    from: (place: string, count: number) => `${place}: ${times(count)}`,
    country: "Country",
    company: "Company",
    unanswered: "No answer",
    nowhere: "not known",
  },
  findings: {
    title: "Worth knowing",
    nothing: "Nothing out of the ordinary.",
    nothingYet: "What stands out will be told here: three things at most.",
    rows: "See the rows",
    go: { "role-down": "To System", "list-failed": "To Lists", "new-device": "To the phone" } as Record<
      string,
      string
    >,
    "role-down": "A part of the box does not run: {subject}.",
    "got-through": "{device} tried {times} to {deed} {company}, and was let through.",
    pausedDevice: "{device} is paused until {until}: nothing is stopped for it.",
    pausedGroup: "The group {subject} is paused until {until}: nothing is stopped for it.",
    pausedAll: "Everything is paused until {until}: nothing is stopped for anybody.",
    observing: "The group {subject} is only watched: {times} something would have been stopped.",
    observingNothing: "The group {subject} is only watched: nothing is stopped for it.",
    around: "{device} asked {times} for servers of {company} that answer past this box.",
    surge: "{device} tried {times} to {deed} {company}: {factor} times as often as before.",
    reports: "{device} tried {times} to {deed} {company}.",
    breaks: "{device} keeps asking for {name}, which is stopped: {times} so far.",
    "list-failed": "The list {subject} could not be fetched.",
    "new-device": "{device} is new here. It has asked {questions} so far.",
    "new-company": "{device} asked for hosts of {company} for the first time: {times}.",
    breakage: (what: string) => `May not work without it: ${what}`,
    meanwhile: (count: number) =>
      count ? `${counted(count, "question")} passed because of it` : "Nothing has passed because of it yet",
    lastGood: "Its last good copy still counts.",
    before: (count: number) => `${times(count)} in as long before`,
  },
  /** "tried 3 times to … Xiaomi" */
  deeds: {
    "browser-history": "send its browsing log to",
    location: "send its location to",
    identifier: "identify itself to",
    analytics: "send usage reports to",
    crash: "send crash reports to",
    advertising: "reach the advertising of",
  },
  deedOther: (purpose: string) => `reach, for ${purpose || "an unknown purpose"},`,
  devices: {
    title: "Phones",
    tried: "tried to report",
    all: (count: number) => `All ${counted(count, "phone")}`,
    empty: "Phones show here once they have asked something.",
    attempts: (count: number) => `tried to report ${counted(count, "time")}`, // with the figure that is seen
  },
  whom: {
    title: "Companies",
    tried: "attempts",
    empty: "Companies show here once a phone tries to report to one.",
    attempts: (count: number) => counted(count, "attempt"),
    through: (count: number) => `let through ${times(count)}`,
    noneThrough: "none let through",
    all: "all stopped",
    countryUnknown: "country not known",
    more: (count: number) => `${counted(count, "more company", "more companies")}`,
    fewer: "Only the first",
  },
  live: {
    title: "Live",
    following: "following",
    waiting: "waiting for the box",
    empty: "Nothing yet. What a phone asks shows here within a second.",
    all: "The whole log",
    times: (count: number) => `×${count}`,
  },
};
