/* The line over the conversation: the connection's state and what went wrong, with what can be done about it. One thing
   at a time, and "" hides it. Never a turn of the conversation. What is said stays in the language that it was said in:
   said anew, it would be read out again. */

import { make } from "./elements.js";
import { WORDS, speech } from "./words.js";

const BRIEFLY = 3000;

export class Status {
  element = make("div", { class: "state", hidden: true });
  #words = make("span", { role: "status" });
  #now = make("button", { type: "button", hidden: true }, () => WORDS.tryNow);

  /** `tryNow()`: the shopper does not want to wait.
      @param {() => void} tryNow */
  constructor(tryNow) {
    this.#now.addEventListener("click", tryNow);
    this.element.append(this.#words, " ", this.#now);
  }

  /** `waits`: what is said may be over sooner where the shopper says so.
      @param {string} words @param {boolean} [waits] */
  say(words, waits = false) {
    this.element.hidden = !words;
    this.#now.hidden = !waits;
    if (this.#words.textContent === words) return;
    Object.assign(this.#words, { lang: speech.language, dir: speech.direction, textContent: words });
  }

  /** Said for a moment, unless something else is said meanwhile.
      @param {string} words */
  sayBriefly(words) {
    this.say(words);
    setTimeout(() => this.#words.textContent === words && this.say(""), BRIEFLY);
  }
}
