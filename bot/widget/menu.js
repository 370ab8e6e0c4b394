/* The menu behind the dots: it names what can be done and folds itself. It does none of it, but for the sound's own
   switch. */

import { make } from "./elements.js";
import { sound } from "./sound.js";
import { WORDS } from "./words.js";

export class Menu {
  button;
  element;

  /** `acts`: pairs of words, as a function, and what is done; the sound's switch stands behind the third.
      @param {[words: () => string, act: () => void][]} acts */
  constructor(acts) {
    this.button = make("button", { type: "button", "aria-label": () => WORDS.more, "aria-expanded": "false",
      "aria-controls": "menu", onclick: () => this.unfold(!this.isOpen) }, "⋯");
    const items = acts.map(([words, act]) =>
      make("button", { type: "button", onclick: () => { this.unfold(false); act(); } }, words));
    items.splice(3, 0, this.#soundSwitch());
    this.element = make("div",
      { class: "menu", id: "menu", hidden: true, role: "group", "aria-label": () => WORDS.more }, ...items);
  }

  get isOpen() { return !this.element.hidden; }

  /** @param {boolean} open */
  unfold(open) {
    this.element.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.element.querySelector("button")?.focus();
    else if (this.element.contains(
      /** @type {ShadowRoot} */
      (this.element.getRootNode()).activeElement)) this.button.focus();
  }

  /** Somewhere in the page was clicked: what is not the menu's folds it.
      @param {EventTarget[]} path */
  clicked(path) {
    if (this.isOpen && !path.includes(this.element) && !path.includes(this.button)) this.unfold(false);
  }

  /** Folds it, and goes back to its button. */
  fold() {
    this.unfold(false);
    this.button.focus();
  }

  #soundSwitch() {
    const tick = document.createTextNode("");
    const loud = make("button", { type: "button", onclick: () => {
      sound.want(!sound.wanted);
      show();
      if (sound.wanted) sound.beep();
    } }, () => WORDS.sound, tick);
    const show = () => {
      loud.setAttribute("aria-pressed", String(sound.wanted));
      tick.data = sound.wanted ? " ✓" : "";
    };
    show();
    return loud;
  }
}
