/* A question before what cannot be undone. One at a time; "no" is what the keyboard stands on. */

import { make } from "./elements.js";
import { WORDS } from "./words.js";

export class Question {
  #needs;
  /** @type {HTMLElement | null} */
  #element = null;

  /** `needs`: place(element) puts it where it is seen; done() after an answer.
      @param {{ place: (element: HTMLElement) => void, done: () => void }} needs */
  constructor(needs) { this.#needs = needs; }

  get isOpen() { return this.#element !== null; }

  /** `words` and `yes`: functions, for they may change while they are asked. `grave`: what is done cannot be undone.
      @param {() => string} words @param {() => string} yes @param {() => void} act @param {boolean} [grave] */
  ask(words, yes, act, grave = false) {
    this.clear();
    const no = make("button", { type: "button", onclick: () => this.end() }, () => WORDS.keep);
    const go = make("button",
      { type: "button", class: grave ? "grave" : "", onclick: () => { this.end(); act(); } }, yes);
    this.#element = make("div", { class: "sure", role: "alertdialog", "aria-label": words },
      make("p", {}, words), no, " ", go);
    this.#needs.place(this.#element);
    no.focus();
  }

  /** Answered, or left with Escape. */
  end() {
    this.clear();
    this.#needs.done();
  }

  clear() {
    this.#element?.remove();
    this.#element = null;
  }
}
