/* The shop's published hours, as the server tells them with its welcome and whenever they change; nothing is reckoned
   here but how a moment is written where the shopper is, by the shopper's own clock. */

import { make, renew } from "./elements.js";
import { sameDay, time } from "./when.js";
import { WORDS, speech } from "./words.js";
/** @import { ServiceHours } from "frames" */

/** @type {Intl.DateTimeFormatOptions} */
const WHEN = { weekday: "long", hour: "numeric", minute: "2-digit" };
const WEEK = 6 * 86_400_000;  // milliseconds in which the name of a day says which one is meant

/** @param {Date} moment */
const written = (moment) => {
  const far = moment.getTime() - Date.now() > WEEK;
  // The digits are those of everything else that is written here.
  return moment.toLocaleString(`${speech.language}-u-nu-latn`, far ? { ...WHEN, day: "numeric", month: "long" } : WHEN);
};

/** The time alone where that is today.
    @param {Date} moment */
const until = (moment) => (sameDay(moment, new Date()) ? time(moment) : written(moment));

/** `open` is null where the hours were not understood: then they are shown as they are written.
    @param {ServiceHours} hours */
const now = ({ open, next, closes, text }) => {
  if (open == null) return `${WORDS.hours} ${text}`;
  if (open && closes) return WORDS.hoursUntil.replace("{when}", until(new Date(closes)));
  if (open) return WORDS.hoursOpen;
  return next ? `${WORDS.hoursNext} ${written(new Date(next))}` : `${WORDS.hours} ${text}`;
};

/** @param {ServiceHours | null} hours */
const told = (hours) => (hours ? [now(hours), hours.closed].filter(Boolean).join(" · ") : "");

export class Hours {
  /** @type {ServiceHours | null} */
  #hours = null;
  element = make("div", { class: "hours", hidden: true, title: () => this.#hours?.text ?? "" },
    () => told(this.#hours));

  /** `hours`: {open, next, text, closed}, or nothing where none are published.
      @param {ServiceHours | null} [hours] */
  show(hours) {
    this.#hours = hours ?? null;
    renew(this.element);
    this.element.hidden = !hours;
  }
}
