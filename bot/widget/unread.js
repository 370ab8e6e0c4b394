/* How many turns came while nobody looked: on the button, and in the title of the page. Never which. */

import { make, renew } from "./elements.js";
import { WORDS, counted } from "./words.js";

export class Unread {
  #count = 0;
  element = make("span", { class: "badge", hidden: true, role: "img",
    "aria-label": () => counted(WORDS.unread, this.#count) });

  get any() { return this.#count > 0; }

  add() { this.#show(this.#count + 1); }

  none() { this.#show(0); }

  #show(count) {
    this.#count = count;
    this.element.hidden = count === 0;
    this.element.textContent = count ? String(count) : "";
    renew(this.element);
    const plain = document.title.replace(/^\(\d+\) /, "");
    if (count || plain !== document.title) document.title = count ? `(${count}) ${plain}` : plain;
  }
}
