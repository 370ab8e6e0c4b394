/* The line over the conversation: the connection's state, who is writing, what went wrong. One thing at a time, and
   "" hides it. Never a turn of the conversation. What is
   said stays in the language that it was said in: said anew, it would be read out again. */

import { make } from "./elements.js";
import { WORDS, speech } from "./words.js";

const TYPING = 5000;  // milliseconds for which one word of typing holds
const BRIEFLY = 3000;

export class Status {
  element = make("div", { class: "state", role: "status", hidden: true });
  #typed;

  say(words) {
    this.element.hidden = !words;
    if (this.element.textContent === words) return;
    Object.assign(this.element, { lang: speech.language, dir: speech.direction, textContent: words });
  }

  /** Said for a moment, unless something else is said meanwhile. */
  sayBriefly(words) {
    this.say(words);
    setTimeout(() => this.element.textContent === words && this.say(""), BRIEFLY);
  }

  /** `who` is writing; `ready` tells whether the connection still stands when that is over. */
  typing(who, ready) {
    this.say(who === "agent" ? WORDS.agentTyping : WORDS.typing);
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => ready() && this.say(""), TYPING);
  }
}
