/* The button at the page's edge and the panel that it opens: where things stand, how large, in whose colours. What
   stands in it comes from outside; it neither connects nor speaks. */

import { colours } from "./colours.js";
import { make } from "./elements.js";
import { given } from "./page.js";
import { keep } from "./storage.js";
import { STYLE } from "./styles.js";
import { WORDS, speech } from "./words.js";

const sheetOf = (rules) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
};

export class Panel {
  #launch;
  #panel;
  #heading;
  #colours = sheetOf("");

  /** `parts`: badge, menu, menuButton, state, hours, log, aloud, form: elements. `needs`: open(), close(), escape(). */
  constructor(root, parts, needs) {
    this.#launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", onclick: needs.open },
      make("span", {}, WORDS.open), parts.badge);
    this.#heading = make("h2", {}, given.title || WORDS.title);
    const close = make("button", { type: "button", "aria-label": WORDS.close, onclick: needs.close }, "✕");
    this.#panel = make("section", { class: "panel", role: "dialog", "aria-label": given.title || WORDS.title,
      hidden: true, onkeydown: (event) => { if (event.key === "Escape") needs.escape(); } },
      make("div", { class: "head" }, this.#heading, parts.menuButton, close, parts.menu),
      make("div", { class: "over" }, parts.state), parts.hours, parts.log, parts.aloud, parts.form);
    for (const part of this.#both) Object.assign(part, { dir: speech.direction, lang: speech.language });
    root.adoptedStyleSheets = [sheetOf(STYLE), this.#colours];
    root.append(this.#launch, this.#panel);
  }

  get isOpen() { return !this.#panel.hidden; }

  /** Opens or closes it, which the storage keeps. */
  show(open) {
    this.#panel.hidden = !open;
    this.#launch.hidden = open;
    this.#launch.setAttribute("aria-expanded", String(open));
    keep.set("open", open ? "1" : "0");
  }

  focusLaunch() { this.#launch.focus(); }

  /** As tall as a telephone's keyboard leaves it. */
  fit() {
    this.#panel.style.setProperty("--tall", globalThis.visualViewport ? `${visualViewport.height}px` : "100dvh");
  }

  /** The shop's looks: {accent, position, title, launcher}; what is not named stays. */
  dress(options) {
    if (options?.accent) this.#colours.replaceSync(colours(options.accent));
    if (options?.position) for (const part of this.#both) part.classList.toggle("left", options.position === "left");
    if (options?.title) {
      this.#heading.textContent = options.title;
      this.#panel.setAttribute("aria-label", options.title);
    }
    if (options?.launcher) this.#launch.firstChild.textContent = options.launcher;
  }

  get #both() { return [this.#launch, this.#panel]; }
}
