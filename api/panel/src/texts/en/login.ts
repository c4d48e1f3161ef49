export const login = {
  title: "Log in",
  password: "Password",
  code: "Code",
  codeHelp: "Of your authenticator app, or a recovery code.",
  logIn: "Log in",
  forgotten: "Forgotten? On the box, `hushgate account reset` prints a link to set a new one.",
  endedTitle: "You have been logged out",
  ended: "Log in again to go on. What you have typed is still there.",
  leave: "Leave the page",
  setupTitle: "No password is set yet",
  setup:
    "Open the link that the box printed when it was started. `hushgate account setup-link` prints a new one.",
};
