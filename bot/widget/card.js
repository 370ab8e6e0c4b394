/* A ticket as the shopper sees it: its reference, to be copied, and where it stands. Only what the turn says of it. */

import { make } from "./elements.js";
import { WORDS } from "./words.js";

const copier = (reference) => {
  const copy = make("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(reference);
      copy.textContent = WORDS.copied;
    } catch { /* it can be selected */ }
  } }, WORDS.copy);
  return copy;
};

/** `ticket`: {reference, status}. */
export const card = (ticket) => make("div", { class: "card" },
  make("span", {}, `${WORDS.ticket} `, make("b", {}, ticket.reference)),
  make("span", { class: "note" }, WORDS[ticket.status] ?? ticket.status), copier(ticket.reference),
  make("span", { class: "note" }, WORDS.next));
