/* The button at the page's edge and the panel that it opens: where things stand and how large. What stands in the panel
   comes from outside; it neither connects nor speaks. */

import { make, renew } from "./elements.js";
import { home, shops } from "./language.js";
import { Looks } from "./looks.js";
import { given } from "./page.js";
import { keep } from "./storage.js";
import { STYLE } from "./styles.js";
import { WORDS, speech } from "./words.js";
/** @import { Given } from "./page.js" */
/** @typedef {Record<"badge" | "homeButton" | "menu" | "menuButton" | "state" | "hours" | "log" | "newest" | "home"
      | "consent" | "aloud" | "form", HTMLElement>} Parts */

const PHONE = "(max-width: 480px), (max-height: 420px)";  // as styles.js has it

/** The shop's words and looks, by the names of the script's attributes.
    @type {(keyof Given)[]} */
const NAMED = ["title", "launcher", "accent", "scheme", "offsetSide", "offsetBottom", "layer", "hide", "logo",
  "picture", "agentPicture", "bot"];

/** @param {string} rules */
const sheetOf = (rules) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
};

/** Above whatever the page stacks, where the browser has a layer for that.
    @param {HTMLElement} element @param {boolean} up */
const lift = (element, up) => {
  if (!element.isConnected || !element.showPopover || element.matches(":popover-open") === up) return;
  if (up) element.showPopover(); else element.hidePopover();
};

export class Panel {
  #launch;
  #panel;
  /** @type {HTMLImageElement} */
  #logo;
  #looks;
  #printed = false;  // a page is being printed: what is above all else would end with the first sheet of paper
  /** @type {CloseWatcher | null} */
  #back = null;  // what a telephone's back button does meanwhile
  #needs;

  /** `parts`: badge, homeButton, menu, menuButton, state, hours, log, newest, home, consent, aloud, form: elements.
      `needs`: open(), close(), escape().
      @param {ShadowRoot} root @param {Parts} parts
      @param {{ open: () => void, close: () => void, escape: () => void }} needs */
  constructor(root, parts, needs) {
    this.#needs = needs;
    this.#launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", popover: "manual",
      onclick: needs.open }, make("span", shops("launcher"), () => given.launcher || WORDS.open), parts.badge);
    this.#logo = make("img", { class: "logo", alt: "", hidden: true, onerror: () => { this.#logo.hidden = true; } });
    const heading = make("h2", shops("title"), () => given.title || WORDS.title);
    const close = make("button", { type: "button", "aria-label": () => WORDS.close, onclick: needs.close }, "✕");
    this.#panel = make("section", { class: "panel", role: "dialog", "aria-label": () => given.title || WORDS.title,
      hidden: true, popover: "manual", onkeydown: (event) => this.#key(event) },
      make("div", { class: "head" }, parts.homeButton, this.#logo, heading, parts.menuButton, close, parts.menu),
      make("div", { class: "over" }, parts.state), parts.hours, parts.consent, parts.log, parts.home,
      make("div", { class: "under" }, parts.newest), parts.aloud, parts.form);
    this.#looks = new Looks(this.#both);
    this.#place(given.position === "left");
    root.adoptedStyleSheets = [sheetOf(STYLE), this.#looks.sheet];
    root.append(this.#launch, this.#panel);
    this.dress(given);
    for (const [name, printed] of /** @type {const} */ ([["beforeprint", true], ["afterprint", false]])) {
      addEventListener(name, () => {
        this.#printed = printed;
        this.appear();
      });
    }
  }

  get isOpen() { return !this.#panel.hidden; }

  /** Whether the focus is in it. */
  get hasFocus() {
    return this.#panel.contains(
      /** @type {ShadowRoot} */
      (this.#panel.getRootNode()).activeElement);
  }

  /** Opens or closes it, which the storage keeps.
      @param {boolean} open */
  show(open) {
    this.#panel.hidden = !open;
    this.#launch.setAttribute("aria-expanded", String(open));
    if (open || keep.get("open")) keep.set("open", open ? "1" : "0");
    this.appear();
    this.#holdBack(open);
  }

  /** It is in the page, perhaps again: what is to be seen is above all else. */
  appear() {
    this.#launch.hidden = this.isOpen || given.hide != null;
    lift(this.#launch, !this.#launch.hidden);
    lift(this.#panel, this.isOpen && !this.#printed);
  }

  /** What is seen of it: "home", "chat", or "consent" before either.
      @param {"consent" | "home" | "chat" | "beginning"} name */
  view(name) { this.#panel.dataset.view = name; }

  /** The words changed: they are written anew where they stand, and so is their direction. */
  renew() {
    for (const part of this.#both) {
      Object.assign(part, { dir: speech.direction, lang: speech.language });
      renew(part);
    }
  }

  focusLaunch() { this.#launch.focus(); }

  /** As tall as a telephone's keyboard leaves it, and where that has moved it to. */
  fit() {
    const seen = globalThis.visualViewport;
    this.#panel.style.setProperty("--tall", seen ? `${seen.height}px` : "100dvh");
    this.#panel.style.setProperty("--top", seen ? `${seen.offsetTop}px` : "0px");
  }

  /** The shop's looks, see `NAMED`, and its `position`; what is not named stays.
      @param {Given} [options] */
  dress(options) {
    if (options?.position) this.#place(options.position === "left");
    for (const name of NAMED) if (options?.[name] != null) given[name] =
      /** @type {string} */
      (options[name]);
    if (given.hide === false || given.hide === "false") delete given.hide;
    this.#logo.hidden = !given.logo;
    if (given.logo) this.#logo.src = new URL(given.logo, location.href).href;
    this.#looks.dress();
    this.appear();
    this.renew();
  }

  /** Left where the shop wants it, or where the page's lines end there: the chat's own direction moves nothing.
      @param {boolean} left */
  #place(left) {
    for (const part of this.#both) part.classList.toggle("left", left || home.direction === "rtl");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.#needs.escape();
  }

  /** Where it fills the screen, a telephone's "back" leaves the chat and not the page.
      @param {boolean} open */
  #holdBack(open) {
    this.#back?.destroy();
    this.#back = null;
    if (!open || !globalThis.CloseWatcher || !matchMedia(PHONE).matches) return;
    try {
      this.#back = new CloseWatcher();
      this.#back.onclose = () => { this.#back = null; this.#needs.close(); };
    } catch { /* one for each click, and there was none */ }
  }

  get #both() { return [this.#launch, this.#panel]; }
}
