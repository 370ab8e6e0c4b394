/* The line over the conversation: the connection's state and what went wrong, with what can be done about it. One thing
   at a time, and "" hides it. Never a turn of the conversation. What is said stays in the language that it was said in:
   said anew, it would be read out again. */

import { make } from "./elements.js";
import { WORDS, speech } from "./words.js";

const BRIEFLY = 3000;

export class Status {
  element = make("div", { class: "state", hidden: true });
  #words = make("span", { role: "status" });
  #lasting = { words: "", waits: false };
  #now = make("button", { type: "button", hidden: true }, () => WORDS.tryNow);

  /** `tryNow()`: the shopper does not want to wait.
      @param {() => void} tryNow */
  constructor(tryNow) {
    this.#now.addEventListener("click", tryNow);
    this.element.append(this.#words, " ", this.#now);
  }

  /** What holds until something else does. `waits`: it may be over sooner where the shopper says so.
      @param {string} words @param {boolean} [waits] */
  say(words, waits = false) {
    this.#lasting = { words, waits };
    this.#show(words, waits);
  }

  /** Said where nothing is: what holds already, and can be helped with "Try now", stays.
      @param {string} words */
  remind(words) { if (!this.#lasting.words) this.say(words); }

  /** Said for a moment; then what holds is to be seen again.
      @param {string} words */
  sayBriefly(words) {
    this.#show(words, this.#lasting.waits);
    setTimeout(() => {
      if (this.#words.textContent === words) this.#show(this.#lasting.words, this.#lasting.waits);
    }, BRIEFLY);
  }

  /** @param {string} words @param {boolean} waits */
  #show(words, waits) {
    this.element.hidden = !words;
    this.#now.hidden = !waits;
    if (this.#words.textContent === words) return;
    Object.assign(this.#words, { lang: speech.language, dir: speech.direction, textContent: words });
  }
}
