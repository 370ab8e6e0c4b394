/* The shop's published hours, as the server tells them with its welcome; nothing is reckoned here. */

import { make, renew } from "./elements.js";
import { WORDS, speech } from "./words.js";

const WHEN = { weekday: "long", hour: "numeric", minute: "2-digit" };

/* `open` is null where the hours were not understood: then they are shown as they are written. */
const told = ({ open, next, text }) => {
  const when = next && new Date(next).toLocaleString(speech.language, WHEN);
  if (open == null) return `${WORDS.hours} ${text}`;
  return open ? `${WORDS.hoursOpen} (${text})` : `${WORDS.hoursNext} ${when}`;
};

export class Hours {
  #hours = null;
  element = make("div", { class: "hours", hidden: true }, () => (this.#hours ? told(this.#hours) : ""));

  /** `hours`: {open, next, text}, or nothing where none are published. */
  show(hours) {
    this.#hours = hours ?? null;
    renew(this.element);
    this.element.hidden = !hours;
  }
}
