/* The box in which the shopper writes. Enter sends, Shift and Enter begins a line; it grows with its words. What
   becomes of the words is not its matter; those that were not sent outlive the page. */

import { make } from "./elements.js";
import { keep } from "./storage.js";
import { WORDS } from "./words.js";

const IME = 229;   // the key code of a key that a keyboard of signs still holds
const MOST = 300;  // letters that a page or a link may suggest

export class Composer {
  element;
  #needs;
  #input;

  /** `needs`: send(words); writes() at every key; `attach`: the element by which files are given.
      @param {{ send: (words: string) => void, writes: () => void, attach: HTMLElement }} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#input = make("textarea", { rows: "1", "aria-label": () => WORDS.placeholder,
      placeholder: () => WORDS.placeholder, dir: "auto", autocomplete: "off", enterkeyhint: "send",
      onkeydown: (event) => this.#key(event), oninput: () => this.#grow() });
    this.element = make("form", { class: "say", onsubmit: (event) => this.#send(event) },
      needs.attach, this.#input, make("button", { class: "go", type: "submit" }, () => WORDS.send));
    this.#input.value = keep.get("draft") ?? "";
  }

  focus() { this.#input.focus(); }

  /** Puts `words` into the box where it is empty; nobody has written them, so nobody is told that somebody writes.
      @param {string} words */
  suggest(words) {
    if (this.#input.value.trim()) return;
    this.#input.value = words.slice(0, MOST);
    this.#fit();
  }

  clear() {
    this.#input.value = "";
    this.#input.style.height = "auto";
    if (keep.get("draft")) keep.set("draft", "");
  }

  /** As tall as its words, now that it can be seen. */
  fit() { if (this.#input.value) this.#fit(); }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault();
    this.#needs.send(this.#input.value);
  }

  /** Enter that ends a composition (Japanese, Chinese) belongs to the keyboard; Safari tells the end of one before its
      key.
      @param {KeyboardEvent} event */
  #key(event) {
    const composing = event.isComposing || event.keyCode === IME;
    if (event.key === "Enter" && !event.shiftKey && !composing) this.#send(event);
  }

  #grow() {
    this.#needs.writes();
    keep.set("draft", this.#input.value);
    this.#fit();
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }
}
