/* A ticket as the shopper sees it: its reference, to be copied, and where it stands. Only what the turn says of it. */

import { make, renew } from "./elements.js";
import { apart } from "./said.js";
import { WORDS } from "./words.js";

const copier = (reference) => {
  let done = false;
  const copy = make("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(reference);
      done = true;
      renew(copy);
    } catch { /* it can be selected */ }
  } }, () => (done ? WORDS.copied : WORDS.copy));
  return copy;
};

/** `ticket`: {reference, status}. */
export const card = (ticket) => make("div", { class: "card" },
  make("span", {}, () => `${WORDS.ticket} `, apart("b", ticket.reference)),
  make("span", { class: "note" }, () => WORDS[ticket.status] ?? ticket.status), copier(ticket.reference),
  make("span", { class: "note" }, () => WORDS.next));
