"use strict";

async function show() {
  const state = document.getElementById("state");
  try {
    const [ready, setup] = await Promise.all(
      ["/readyz", "/v1/setup"].map(async (path) => (await fetch(path)).json()),
    );
    const parts = ready.parts.filter((part) => !part.ready).map((part) => part.name);
    const health = ready.ready ? "The box works." : `Not ready: ${parts.join(", ")}.`;
    const password = setup.needed
      ? " No password is set yet: open the link that the box printed at its start."
      : "";
    state.textContent = health + password;
  } catch {
    state.textContent = "The box does not answer.";
  }
}

show();
