"use strict";

// Taken out of the address at once: it would stay in the browser's history.
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const form = document.getElementById("setup");
const said = document.getElementById("said");

if (!token) {
  form.hidden = true;
  said.textContent =
    "Open the whole link that the box printed at its start. `hushgate account setup-link` prints a new one.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.password.value !== form.again.value) {
    said.textContent = "The two are not the same.";
    form.again.focus();
    return;
  }
  said.textContent = "Setting it …";
  try {
    const answer = await fetch("/v1/setup", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, password: form.password.value }),
    });
    const told = await answer.json();
    if (answer.ok) {
      form.remove();
      said.textContent = "The password is set, and you are logged in.";
    } else {
      said.textContent = [told.detail, told.hint].filter(Boolean).join(": ");
    }
  } catch {
    said.textContent = "The box does not answer. Try again.";
  }
});
