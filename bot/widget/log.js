/* The conversation on the screen: what was said, in the order of its numbers, by day and by speaker, and the shopper's
   own words that wait behind it. It shows; what a turn means for the rest of the widget is not decided here. */

import { make, renew } from "./elements.js";
import { shops } from "./language.js";
import { given } from "./page.js";
import { acknowledge, drawn, ownWords } from "./turn.js";
import { day, sameDay } from "./when.js";
import { WORDS } from "./words.js";
/** @import { Turn, TypingShown } from "frames" */
/** @import { Needs } from "./turn.js" */

const NEAR = 60;           // pixels from the end
const TOGETHER = 300_000;  // milliseconds between two turns that belong together
const TYPING = 5000;       // milliseconds for which one word of typing holds

export class Log {
  element = make("div",
    { class: "log", role: "log", "aria-live": "off", "aria-label": () => WORDS.log, tabindex: "0",
      onscroll: () => this.#scrolled() });
  /** Leads to the latest turn, where the shopper reads above it and there is news. */
  newest = make("button", { class: "newest", type: "button", hidden: true, onclick: () => this.down() },
    make("span", { "aria-hidden": "true" }, "↓ "), () => WORDS.newest);
  /** The highest `seq` shown: the server is asked for what comes after it. */
  last = 0;
  /** The turns that were shown, for the shopper's own copy.
      @type {Turn[]} */
  turns = [];
  #needs;
  #down = true;
  #top = 0;  // how far it was scrolled
  /** @type {string | null | undefined} */
  #agent;
  /** @type {HTMLElement | null} */
  #dots = null;
  /** @type {number | undefined} */
  #typed;

  /** `needs`: what a drawn turn needs, see turn.js; `choices`: the element that stands behind the last turn.
      @param {Needs & { choices: HTMLElement }} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#begin();
  }

  /** A turn that was not shown yet, before the element of the first message that waits (null: at the end). `known`: the
      element that shows the shopper's words already, and stays.
      @param {Turn} turn @param {HTMLElement | null} waiting @param {HTMLElement | null} known */
  add(turn, waiting, known) {
    if (turn.who === "system") this.#agent = turn.agent;
    if (turn.who === "agent" && this.#agent) turn.agent = this.#agent;
    const before = this.turns.at(-1);
    if (turn.who !== "shopper") this.#quiet();
    this.last = turn.seq;
    this.turns.push(turn);
    const moment = new Date(turn.at), behind = waiting ?? this.#needs.choices;
    if (!before || !sameDay(new Date(before.at), moment)) this.#place(this.#day(moment), known ?? behind);
    const first = !before || before.who !== turn.who || before.agent !== turn.agent
      || moment.getTime() - new Date(before.at).getTime() > TOGETHER;
    this.#place(known ? acknowledge(known, turn, first) : drawn(turn, first, this.#needs), behind);
    this.#follow(turn.who === "shopper");
  }

  /** The shopper's own words, on their way: behind all that was said. Gives the element that shows them.
      @param {string} text */
  own(text) {
    const before = this.turns.at(-1), pending = this.#needs.choices.previousElementSibling?.matches(".shopper");
    return this.append(ownWords(text, !pending && before?.who !== "shopper"));
  }

  /** Behind all that was said.
      @param {HTMLElement} element */
  append(element) {
    this.element.insertBefore(element, this.#needs.choices);
    this.down();
    return element;
  }

  /** `words`: a function.
      @param {() => string} words */
  note(words) { this.append(make("p", { class: "note" }, words)); }

  /** Somebody writes: three dots, until they said it or a while has passed.
      @param {TypingShown["who"]} who */
  typing(who) {
    this.#dots ??= this.element.insertBefore(make("div", { class: "turn dots", role: "img",
      "aria-label": () => (who === "agent" ? WORDS.agentTyping : WORDS.typing) },
      make("p", { class: "words" }, make("i"), make("i"), make("i"))), this.#needs.choices);
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => this.#quiet(), TYPING);
    if (this.isDown) this.down();
  }

  /** Takes away what was offered and is not any more.
      @param {string} selector */
  remove(selector) {
    for (const found of this.element.querySelectorAll(selector)) found.remove();
  }

  clear() {
    this.last = 0;
    this.turns = [];
    this.#agent = undefined;
    this.#quiet();
    this.element.replaceChildren();
    this.newest.hidden = true;
    this.#begin();
  }

  /** Whether the shopper reads the latest, and not what stands above. */
  get isDown() { return this.#down; }

  down() {
    this.#down = true;
    this.newest.hidden = true;
    requestAnimationFrame(() => { this.element.scrollTop = this.element.scrollHeight; });
  }

  /** Other words of greeting, from now on.
      @param {string} words */
  greetWith(words) {
    given.greeting = words;
    renew(this.element);
  }

  /** The latest comes in sight where the one before it was; else who reads above is told, and left alone.
      @param {boolean} own */
  #follow(own) {
    if (own || this.#down) this.down(); else this.newest.hidden = false;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    const end = scrollHeight - scrollTop - clientHeight < NEAR;
    if (end || scrollTop < this.#top) this.#down = end;  // what grew below since is no wish to read above
    this.#top = scrollTop;
    if (this.#down) this.newest.hidden = true;
  }

  /** @param {HTMLElement} element @param {HTMLElement} before */
  #place(element, before) {
    if (element.nextSibling !== before || !element.isConnected) this.element.insertBefore(element, before);
  }

  /** @param {Date} moment */
  #day(moment) { return make("p", { class: "day" }, make("span", {}, () => day(moment))); }

  #quiet() {
    clearTimeout(this.#typed);
    this.#dots?.remove();
    this.#dots = null;
  }

  #begin() {
    this.element.append(this.#needs.choices);
    this.append(make("div", { class: "turn bot first greeting" },
      make("p", { class: "words", ...shops("greeting") }, () => given.greeting || WORDS.greeting)));
  }
}
