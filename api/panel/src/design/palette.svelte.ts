/** The colours of tokens.css, for pictures that are not styled by CSS. Follows the theme. */

const NAMES = [
  "ground",
  "card",
  "line",
  "edge",
  "ink",
  "mute",
  "stop",
  "pass",
  "warn",
  "dot",
  "selected",
] as const;

export type Colours = Record<(typeof NAMES)[number], string>;

function read(): Colours {
  // light-dark() is resolved only where a colour is used.
  const probe = document.createElement("span");
  document.body.append(probe);
  const found = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found) as Colours;
}

class Palette {
  colours = $state.raw<Colours>(read());

  constructor() {
    const again = () => (this.colours = read());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }
}

export const palette = new Palette();
