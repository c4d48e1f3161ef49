/** Light or dark: as the device has it, or as chosen here. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "hushgate-theme";

class Chosen {
  #theme = $state<Theme>(stored());

  constructor() {
    this.#show();
  }

  get theme(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    localStorage.setItem(KEY, theme);
    this.#show();
  }

  #show(): void {
    const { dataset } = document.documentElement;
    if (this.#theme === "system") delete dataset.theme;
    else dataset.theme = this.#theme;
  }
}

function stored(): Theme {
  const found = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === found) ?? "system";
}

export const chosen = new Chosen();
