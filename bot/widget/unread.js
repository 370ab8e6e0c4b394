/* How many turns came while nobody looked: on the button, and in the title of the page. Never which. What was seen is
   kept for all tabs and the next page, and by the server for other devices: whoever reads a turn in one has read it. */

import { make, renew } from "./elements.js";
import { keep } from "./storage.js";
import { WORDS, counted } from "./words.js";

export class Unread {
  /** @type {number[]} */
  #turns = [];  // the numbers of turns that others said
  element = make("span", { class: "badge", hidden: true, role: "img", "aria-label": () => this.words });

  get count() {
    const read = keep.number("read");
    return this.#turns.filter((seq) => seq > read).length;
  }

  /** The count in words. */
  get words() { return counted(WORDS.unread, this.count); }

  /** Somebody else than the shopper said this turn.
      @param {number} seq */
  add(seq) {
    this.#turns.push(seq);
    this.show();
  }

  /** Everything up to this turn was seen.
      @param {number} seq */
  seen(seq) {
    if (seq > keep.number("read")) keep.set("read", String(seq));
    this.show();
  }

  /** Another chat. */
  clear() {
    this.#turns = [];
    this.show();
  }

  show() {
    const count = this.count;
    this.element.hidden = count === 0;
    this.element.textContent = count ? String(count) : "";
    renew(this.element);
    const plain = document.title.replace(/^\(\d+\) /, "");
    if (count || plain !== document.title) document.title = count ? `(${count}) ${plain}` : plain;
  }
}
