import { counted } from "./counting";

export const welcome = {
  title: "First steps",
  sentence: "Let us see what your phone does.",
  below: "It takes a few minutes, and everything can be undone.",
  done: "Done",
  point: {
    title: "1. Point a phone at this box",
    scan: "Scan this with the phone: it opens the steps there.",
    qr: "QR code that opens the steps on the phone",
    noQr: "A phone cannot open this panel as it is reached now; these are the steps:",
    here: "Or read them here",
  },
  first: {
    title: "2. See its first question arrive",
    waiting: "Waiting for a phone to ask for something. Open any page on it.",
    away: "Not connected to the box just now; trying again …",
    there: (phone: string) => `${phone} asks this box.`,
    heard: (names: number) => `Asked for ${counted(names, "name")} so far. The last:`,
    demo: "No phone at hand?",
    demoSay:
      "The box can play a Redmi phone for a minute. It asks this box for names as such a phone does, and sends nothing to anybody else.",
    demoStart: "Start the demo phone",
    demoBegins: "It starts",
    demoRuns: (asked: number, blocked: number) =>
      `… asked for ${counted(asked, "name")}, ${blocked} stopped.`,
    demoDone: (asked: number, blocked: number) =>
      `The demo phone is through: it asked for ${counted(asked, "name")}, ${blocked} of them were stopped.`,
    demoWipe: "Remove the demo phone and its rows",
    demoWiped: "The demo phone is gone, with all its rows.",
    choose: "This is my phone",
  },
  profile: {
    title: "3. What should be stopped?",
    later: "As soon as a phone has asked for something, its profile can be chosen here.",
    name: "What is it called?",
    nameHelp: "So that you know it again: “Anna's phone”.",
    profile: "How much to stop",
    save: "Save and go to Home",
    group: (profile: string) => `Chosen in the first steps: profile ${profile}`,
    saved: (name: string) => `${name} is set up.`,
  },
  skip: "Go to Home",
};
