/* Tickets as the shopper sees them: a card for each reference, to be copied, and where it stands. A ticket that is told
   of again changes its card where it is; there is never a second one. Only what turns say of it. */

import { make, renew } from "./elements.js";
import { apart } from "./said.js";
import { WORDS } from "./words.js";
/** @import { TicketShown } from "frames" */
/** @typedef {{ status: TicketShown["status"], card: HTMLElement }} Item */

const BRIEFLY = 4000;

/** @param {string} reference */
const copier = (reference) => {
  let done = false;
  const copy = make("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(reference);
      done = true;
      renew(copy);
      setTimeout(() => { done = false; renew(copy); }, BRIEFLY);
    } catch { /* it can be selected */ }
  } }, () => (done ? WORDS.copied : WORDS.copy));
  return copy;
};

export class Tickets {
  /** @type {Map<string, Item>} */
  #shown = new Map();  // reference -> {card, status}

  /** The reference of the latest, or "". */
  get last() { return [...this.#shown.keys()].at(-1) ?? ""; }

  /** `ticket`: {reference, status}. A new card, or null where there is one: then it says the new status.
      @param {TicketShown} ticket */
  card({ reference, status }) {
    const known = this.#shown.get(reference);
    if (known) {
      if (known.status !== "filed") known.status = status;  // what is filed is never just saved again
      known.card.dataset.status = known.status;
      renew(known.card);
      return null;
    }
    const item =
      /** @type {Item} */
      ({ status });
    item.card = make("div", { class: "card", "data-status": status },
      make("span", { class: "label" }, () => WORDS.ticket), apart("b", reference), copier(reference),
      make("span", { class: "stage" }, () => WORDS[item.status] ?? item.status));
    this.#shown.set(reference, item);
    return item.card;
  }

  clear() { this.#shown.clear(); }
}
