import { counted } from "../counting";

export const account = {
  password: "Password",
  passwordSay: (when: string) => `Set ${when}. A new one ends all other logins; tokens of programs stay.`,
  now: "The password as it is now",
  new: "A new one",
  newHelp: "At least 10 characters.",
  again: "The new one once more",
  different: "The two are not the same.",
  change: "Change the password",
  changed: (ended: number) =>
    ended ? `The password is changed; ${counted(ended, "other login")} ended.` : "The password is changed.",
  code: "Code of the second factor",
  codeHelp: "Of your authenticator app, or a recovery code.",
  factor: "Second factor",
  factorSay:
    "A code of an app on your phone besides the password: whoever learns the password still cannot log in.",
  on: "on",
  off: "off",
  left: (left: number) =>
    left
      ? `${counted(left, "recovery code")} left.`
      : "No recovery code is left: make new ones, else a lost phone locks you out.",
  enrol: "Set it up",
  enrolAnew: "Move it to another app",
  enrolSay:
    "You need an authenticator app on your phone, such as Aegis or any other that shows codes of six digits. Until its first code is here, everything stays as it is.",
  scan: "Scan this with the app, or write the key into it. Then write here the code that the app shows.",
  qr: "QR code of the key for an authenticator app",
  key: "Key, for typing it in",
  firstCode: "The code it shows",
  confirm: "Switch it on",
  confirmed: "The second factor is on.",
  removed: "The second factor is off.",
  remove: "Switch it off",
  removeSay: "After that the password alone is enough to log in.",
  renew: "New recovery codes",
  renewSay: "Those you have now count no more.",
  goOn: "Go on",
  codes: "Recovery codes",
  codesSay:
    "Each logs you in once in place of a code, should the phone be lost. They are not shown again: print them, or keep them where you keep passwords.",
  codesFile: "hushgate-recovery-codes.txt",
  codesHead: (origin: string) => `Recovery codes of Hushgate at ${origin}. Each counts once.`,
  codesKept: "I have kept them",
  download: "Download",
  sessions: "Logged in",
  sessionsSay:
    "Browsers that may rule this box. One that you do not know: log it out, and change the password.",
  browser: "Browser",
  address: "From",
  seen: "Last seen",
  begun: "Since",
  act: "Log out",
  this: "this one",
  unnamed: "a program that does not say its name",
  onSystem: (browser: string, system: string) => `${browser} on ${system}`,
  end: "Log out",
  endLabel: (browser: string, address: string) => `Log out ${browser} at ${address}`,
  ended: "It is logged out.",
  endOthers: "Log out all others",
  endedOthers: (count: number) => `${counted(count, "other login")} ended.`,
};
