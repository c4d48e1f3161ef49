// One object of its own: a namespace of a module would need the bundler's run-time, one more file to fetch.
import { bundles } from "./bundles";
import { catalogue } from "./catalogue";
import { errors } from "./errors";
import { generations } from "./generations";
import { groups } from "./groups";
import { home } from "./home";
import { lists } from "./lists";
import { log } from "./log";
import { login } from "./login";
import { nav } from "./nav";
import { network } from "./network";
import { notices } from "./notices";
import { phones } from "./phones";
import { point } from "./point";
import { rules } from "./rules";
import { setup } from "./setup";
import { shared } from "./shared";
import { system } from "./system";
import { welcome } from "./welcome";
import { words } from "./words";

export const en = {
  bundles,
  catalogue,
  errors,
  generations,
  groups,
  home,
  lists,
  log,
  login,
  nav,
  network,
  notices,
  phones,
  point,
  rules,
  setup,
  shared,
  system,
  welcome,
  words,
};
