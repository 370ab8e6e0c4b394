/* The stars that a turn may invite to (R19). Given once, here, in another tab or before a reload: nobody is asked
   again. When to invite is the bot's matter. */

import { make } from "./elements.js";
import { WORDS } from "./words.js";

export class Rating {
  #needs;
  #given = false;

  /** `needs`: give(score, comment) -> whether it could be sent; done() once it was. */
  constructor(needs) { this.#needs = needs; }

  /** A form, or null where a rating was given. */
  form() {
    if (this.#given) return null;
    let score = 0;
    const go = make("button", { class: "go", type: "button", disabled: true, onclick: () => {
      if (!this.#needs.give(score, comment.value.trim() || undefined)) return;
      box.remove();
      this.#needs.done();
    } }, () => WORDS.rateSend);
    const choose = (value) => {
      score = value;
      stars.forEach((star, place) => star.setAttribute("aria-pressed", String(place < value)));
      go.disabled = false;
    };
    const stars = [1, 2, 3, 4, 5].map((value) => make("button", { type: "button", "aria-pressed": "false",
      "aria-label": () => `${value} ${WORDS.of}`, onclick: () => choose(value) }, String(value)));
    const comment = make("textarea",
      { rows: "2", "aria-label": () => WORDS.comment, placeholder: () => WORDS.comment, maxlength: "4000",
        dir: "auto" });
    const box = make("div", { class: "rating", role: "group", "aria-label": () => WORDS.rate },
      make("div", { class: "stars" }, ...stars), comment, go);
    return box;
  }

  wasGiven() { this.#given = true; }

  /** Another chat, which was not rated. */
  clear() { this.#given = false; }
}
