export const setup = {
  title: "Set a password",
  below: "Whoever has it may change everything on this box.",
  password: "Password",
  passwordHelp: "At least 10 characters. A few words in a row are easier to keep than one with signs.",
  again: "The same once more",
  different: "The two are not the same.",
  set: "Set it and go on",
  noLink: "Open the whole link that the box printed when it was started.",
  noLinkHint: "On the box, `hushgate account setup-link` prints a new one.",
  logIn: "To the panel",
};
