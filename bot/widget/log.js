/* The conversation on the screen: what was said, in the order of its numbers, and the shopper's own words that wait
   behind it. It shows; what a turn means for the rest of the widget is not decided here. */

import { make, renew } from "./elements.js";
import { shops } from "./language.js";
import { given } from "./page.js";
import { drawn } from "./turn.js";
import { WORDS } from "./words.js";

const NEAR = 40;  // pixels from the end

export class Log {
  element = make("div",
    { class: "log", role: "log", "aria-live": "off", "aria-label": () => WORDS.log, tabindex: "0" });
  /** The highest `seq` shown: the server is asked for what comes after it. */
  last = 0;
  /** The turns that were shown, for the shopper's own copy. */
  turns = [];
  #needs;

  /** `needs`: what a drawn turn needs, see turn.js. */
  constructor(needs) {
    this.#needs = needs;
    this.#greet();
  }

  /** A turn that was not shown yet, before the element of the first message that waits (null: at the end). */
  add(turn, waiting) {
    this.last = turn.seq;
    this.turns.push(turn);
    if (turn.who === "shopper") this.remove(".choices");
    this.element.insertBefore(drawn(turn, this.#needs), waiting);
  }

  append(element) { this.element.append(element); }

  /** `words`: a function. */
  note(words) { this.append(make("p", { class: "note" }, words)); }

  /** Takes away what was offered and is not any more. */
  remove(selector) {
    for (const found of this.element.querySelectorAll(selector)) found.remove();
  }

  clear() {
    this.last = 0;
    this.turns = [];
    this.element.replaceChildren();
    this.#greet();
  }

  /** Whether the latest is in sight. */
  get isDown() { return this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < NEAR; }

  down() { requestAnimationFrame(() => { this.element.scrollTop = this.element.scrollHeight; }); }

  /** Other words of greeting, from now on. */
  greetWith(words) {
    given.greeting = words;
    renew(this.element);
  }

  #greet() {
    this.append(make("div", { class: "turn bot greeting" },
      make("p", { class: "words", ...shops("greeting") }, () => given.greeting || WORDS.greeting)));
  }
}
