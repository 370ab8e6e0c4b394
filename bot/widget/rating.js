/* The stars that a turn may invite to (R19): five radio buttons, each with its name. Given once, here, in another tab
   or before a reload: nobody is asked again. When to invite is the bot's matter. */

import { make } from "./elements.js";
import { newId } from "./ids.js";
import { WORDS } from "./words.js";

/** @type {(1 | 2 | 3 | 4 | 5)[]} */
const SCORES = [1, 2, 3, 4, 5];

export class Rating {
  #needs;
  #given = false;

  /** `needs`: give(score, comment) -> whether it could be sent; done() once it was.
      @param {{ give: (score: number, comment?: string) => boolean, done: () => void }} needs */
  constructor(needs) { this.#needs = needs; }

  /** A form, or null where a rating was given. What cannot be sent now stays as it is, words and all. */
  form() {
    if (this.#given) return null;
    const group = newId();
    const go = make("button", { class: "go", type: "submit", disabled: true }, () => WORDS.rateSend);
    /** @param {number} value */
    const choose = (value) => {
      box.dataset.score = String(value);
      go.disabled = false;
    };
    const stars = SCORES.map((value) => make("label", { class: "star", "data-value": value },
      make("input", { type: "radio", name: group, value, onchange: () => choose(value),
        "aria-label": () => `${value} ${WORDS.of}, ${WORDS[`score${value}`]}` }),
      make("span", { "aria-hidden": "true" }, "★")));
    const comment = make("textarea",
      { rows: "2", "aria-label": () => WORDS.comment, placeholder: () => WORDS.comment, maxlength: "4000",
        dir: "auto" });
    const box = make("form", { class: "rating", onsubmit: (event) => {
      event.preventDefault();
      if (!this.#needs.give(Number(box.dataset.score), comment.value.trim() || undefined)) return;
      box.remove();
      this.#needs.done();
    } },
      make("fieldset", {}, make("legend", {}, () => WORDS.rate), make("div", { class: "stars" }, ...stars)),
      comment, go);
    return box;
  }

  wasGiven() { this.#given = true; }

  /** Another chat, which was not rated. */
  clear() { this.#given = false; }
}
