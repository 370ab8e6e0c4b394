/* What a screen reader says: each new turn once. The log itself is not live: a resumed conversation would be read
   from its beginning. Only what is new belongs here. */

import { make } from "./elements.js";
import { saidIn, speech } from "./words.js";
/** @import { BotTurn } from "frames" */

const READ = 8000;  // milliseconds after which a line was read

export class Announcements {
  element = make("div",
    { class: "aloud", "aria-live": "polite", "aria-atomic": "false", "aria-relevant": "additions" });

  /** Said once, each word in its own language: `words` are the widget's, `turn` is whose turn it is, if it is one's.
      What was read is taken out again, so that nobody walks through it twice.
      @param {string} words @param {Pick<BotTurn, "text" | "language" | "parts">} [turn] */
  announce(words, turn) {
    const line = make("p", {}, make("span", { lang: speech.language, dir: speech.direction }, words));
    const parts = turn?.parts?.length ? turn.parts : turn ? [turn] : [];
    for (const { text, language } of parts) line.append(" ", make("span", saidIn(language), text));
    this.element.append(line);
    setTimeout(() => line.remove(), READ);
  }

  clear() { this.element.replaceChildren(); }
}
