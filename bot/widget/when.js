/* How a moment is written where the shopper is, in the chat's language. Nothing is shown from here. */

import { speech } from "./words.js";

const DAY = 86_400_000;  // milliseconds

/* The digits are those of everything else that is written here. */
const locale = () => `${speech.language}-u-nu-latn`;

/** @param {Date} moment */
const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());

/** Whole days from today back to `moment`, as the shopper's calendar counts them.
    @param {Date} moment */
const daysAgo = (moment) => Math.round((midnight(new Date()).getTime() - midnight(moment).getTime()) / DAY);

/** Whether both are on one day of the shopper's.
    @param {Date} one @param {Date} two */
export const sameDay = (one, two) => midnight(one).getTime() === midnight(two).getTime();

/** "14:03", as the language writes it.
    @param {Date} moment */
export const time = (moment) => moment.toLocaleTimeString(locale(), { hour: "numeric", minute: "2-digit" });

/** "today", "yesterday", "Monday, 3 March".
    @param {Date} moment */
export const day = (moment) => {
  const ago = daysAgo(moment);
  if (ago === 0 || ago === 1) {
    return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-ago, "day");
  }
  const year = moment.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return moment.toLocaleDateString(locale(), { weekday: "long", day: "numeric", month: "long", year });
};

/** A day without a time, such as 2026-03-01.
    @param {string} iso */
export const date = (iso) => new Date(`${iso}T12:00`).toLocaleDateString(locale(),
  { day: "numeric", month: "long", year: "numeric" });

/** The day and the time.
    @param {Date} moment */
export const dayAndTime = (moment) => `${day(moment)}, ${time(moment)}`;
