/* The button at the page's edge and the panel that it opens: where things stand, how large, in whose colours. What
   stands in it comes from outside; it neither connects nor speaks. */

import { colours } from "./colours.js";
import { make, renew } from "./elements.js";
import { home, shops } from "./language.js";
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
  #colours = sheetOf("");

  /** `parts`: badge, menu, menuButton, state, hours, log, aloud, form: elements. `needs`: open(), close(), escape(). */
  constructor(root, parts, needs) {
    this.#launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", onclick: needs.open },
      make("span", shops("launcher"), () => given.launcher || WORDS.open), parts.badge);
    const heading = make("h2", shops("title"), () => given.title || WORDS.title);
    const close = make("button", { type: "button", "aria-label": () => WORDS.close, onclick: needs.close }, "✕");
    this.#panel = make("section", { class: "panel", role: "dialog", "aria-label": () => given.title || WORDS.title,
      hidden: true, onkeydown: (event) => { if (event.key === "Escape") needs.escape(); } },
      make("div", { class: "head" }, heading, parts.menuButton, close, parts.menu),
      make("div", { class: "over" }, parts.state), parts.hours, parts.log, parts.aloud, parts.form);
    this.#place(false);
    this.renew();
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

  /** The words changed: they are written anew where they stand, and so is their direction. */
  renew() {
    for (const part of this.#both) {
      Object.assign(part, { dir: speech.direction, lang: speech.language });
      renew(part);
    }
  }

  focusLaunch() { this.#launch.focus(); }

  /** As tall as a telephone's keyboard leaves it. */
  fit() {
    this.#panel.style.setProperty("--tall", globalThis.visualViewport ? `${visualViewport.height}px` : "100dvh");
  }

  /** The shop's looks: {accent, position, title, launcher}; what is not named stays. */
  dress(options) {
    if (options?.accent) this.#colours.replaceSync(colours(options.accent));
    if (options?.position) this.#place(options.position === "left");
    for (const name of ["title", "launcher"]) if (options?.[name]) given[name] = options[name];
    this.renew();
  }

  /* Left where the shop wants it, or where the page's lines end there: the chat's own direction moves nothing. */
  #place(left) {
    for (const part of this.#both) part.classList.toggle("left", left || home.direction === "rtl");
  }

  get #both() { return [this.#launch, this.#panel]; }
}
