/* How many turns came while nobody looked: on the button, and in the title of the page. Never which. */

import { make } from "./elements.js";
import { WORDS, counted } from "./words.js";

export class Unread {
  element = make("span", { class: "badge", hidden: true });
  #count = 0;

  get any() { return this.#count > 0; }

  add() { this.#show(this.#count + 1); }

  none() { this.#show(0); }

  #show(count) {
    this.#count = count;
    this.element.hidden = count === 0;
    this.element.textContent = count ? String(count) : "";
    this.element.setAttribute("aria-label", counted(WORDS.unread, count));
    this.element.setAttribute("role", "img");
    const plain = document.title.replace(/^\(\d+\) /, "");
    if (count || plain !== document.title) document.title = count ? `(${count}) ${plain}` : plain;
  }
}
