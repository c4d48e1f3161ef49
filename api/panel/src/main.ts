import { mount } from "svelte";

import "./design/tokens.css";
import "./design/base.css";
import App from "./App.svelte";
import { language } from "./texts";

document.documentElement.lang = language;
const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(App, { target });
