/* Short replies to tap. They stand at the end of the conversation for as long as what they answer is open, whatever is
   asked in between; what that means is told by the acts of the turns alone, so that it is the same after a reload. */

import { make } from "./elements.js";
import { saidIn } from "./words.js";
/** @import { Act, BotTurn, Turn } from "frames" */

/** Replies of the bot that leave a question open which stood before.
    @type {(Act | null)[]} */
const ASIDE = ["answer", "no_answer", "contact", "smalltalk", "thanks", "privacy", "greet", "invalid", "clarify"];
/** Turns whose choices answer a question of the bot's; others only suggest what could be asked next.
    @type {(Act | null)[]} */
const ASKING = ["offer_ticket", "clarify", "remind"];

export class Choices {
  element = make("div", { class: "choices", hidden: true });
  #asked = false;
  #choose;

  /** `choose(words)`: one was tapped.
      @param {(words: string) => void} choose */
  constructor(choose) { this.#choose = choose; }

  /** A turn came; whoever shows it puts the element behind it.
      @param {Turn} turn */
  after(turn) {
    if (turn.who === "shopper" ? !this.#asked : !turn.choices?.length && !ASIDE.includes(turn.act)) this.clear();
    if (turn.who !== "shopper" && turn.choices?.length) this.#show(turn);
  }

  clear() {
    this.#asked = false;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** @param {BotTurn} turn */
  #show(turn) {
    this.#asked = ASKING.includes(turn.act);
    const { lang, dir } = saidIn(turn.language);
    Object.assign(this.element, { lang, dir, hidden: false });
    this.element.replaceChildren(...turn.choices.map((choice) =>
      make("button", { type: "button", onclick: () => { this.clear(); this.#choose(choice); } },
        make("bdi", {}, choice))));
  }
}
