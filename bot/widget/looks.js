/* Light or dark, and in whose colours: what the shop names, else what the device says. A sheet of variables; what wears
   them is styles.js. */

import { colours } from "./colours.js";
import { given } from "./page.js";

const DARK = "(prefers-color-scheme: dark)";

/** @param {Record<string, string | null | undefined> | null} [named] */
const rules = (named) => (named ? Object.entries(named).map(([name, value]) => `${name}: ${value};`).join(" ") : "");

export class Looks {
  sheet = new CSSStyleSheet();
  #device = globalThis.matchMedia(DARK);
  #parts;

  /** `parts`: the elements that are dark or light.
      @param {HTMLElement[]} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#device.addEventListener("change", () => this.dress());
  }

  /** What the shop named by now: an accent, a scheme (`light`, `dark`, else the device's), offsets and a place in the
      stack. */
  dress() {
    const dark = given.scheme === "dark" || (given.scheme !== "light" && this.#device.matches);
    for (const part of this.#parts) part.classList.toggle("dark", dark);
    const named = given.accent ? colours(given.accent) : null;
    /** @param {string} [value] */
    const pixels = (value) => (/^\d{1,4}$/.test(value ?? "") ? `${value}px` : null);
    const place = { "--side": pixels(given.offsetSide), "--bottom": pixels(given.offsetBottom),
      "--layer": /^-?\d{1,10}$/.test(given.layer ?? "") ? given.layer : null };
    const own = Object.fromEntries(Object.entries(place).filter(([, value]) => value));
    this.sheet.replaceSync(`:host { ${rules(own)} } .launch, .panel { ${rules(named?.[dark ? "dark" : "light"])} }`);
  }
}
