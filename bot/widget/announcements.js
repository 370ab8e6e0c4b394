/* What a screen reader says: each new turn once. The log itself is not live: a resumed conversation would be read
   from its beginning. Only what is new belongs here. */

import { make } from "./elements.js";

const READ = 8000;  // milliseconds after which a line was read

export class Announcements {
  element = make("div",
    { class: "aloud", "aria-live": "polite", "aria-atomic": "false", "aria-relevant": "additions" });

  /** Said once; what was read is taken out again, so that nobody walks through it twice. */
  announce(words) {
    const line = make("p", {}, words.trim());
    this.element.append(line);
    setTimeout(() => line.remove(), READ);
  }

  clear() { this.element.replaceChildren(); }
}
