/* The shop's published hours, as the server tells them with its welcome; nothing is reckoned here. */

import { make } from "./elements.js";
import { WORDS, speech } from "./words.js";

const WHEN = { weekday: "long", hour: "numeric", minute: "2-digit" };

/* `open` is null where the hours were not understood: then they are shown as they are written. */
const told = ({ open, next, text }) => {
  const when = next && new Date(next).toLocaleString(speech.language, WHEN);
  if (open == null) return `${WORDS.hours} ${text}`;
  return open ? `${WORDS.hoursOpen} (${text})` : `${WORDS.hoursNext} ${when}`;
};

export class Hours {
  element = make("div", { class: "hours", hidden: true });

  /** `hours`: {open, next, text}, or nothing where none are published. */
  show(hours) {
    this.element.textContent = hours ? told(hours) : "";
    this.element.hidden = !hours;
  }
}
