/* Whose chat this is. Two customers may share a browser. A chat belongs to the customer whom the page named while it
   was on screen, and to an era: a new one begins whenever the chat leaves the screen for somebody else's sake. The
   storage holds both, so that every tab knows. What comes from an era that is over (a frame on its way, an answer,
   a tab that slept) is neither shown nor stored nor sent: whoever does one of these asks `check` first. Nothing is
   shown or sent from here. Before the shopper's first click nothing of this is kept. */

import { newId } from "./ids.js";
import { bare } from "./plain.js";
import { OF_ONE_CHAT, keep } from "./storage.js";
/** @import { Name } from "./storage.js" */
/** @import { Customer } from "frames" */

/** Two customers are one where their address is, or their name where the page gives no address. Nobody: "".
    @param {Customer | null} [customer] */
export const whoIs = (customer) => String(customer?.email || customer?.name || "").trim().toLowerCase();

/* What the storage says, for all tabs: [era, customer]. */
const stored = () => /^(\S*) ?(.*)$/s.exec(keep.get("whose") ?? "")?.slice(1) ?? [];

/** A new era of `who`'s.
    @param {string} who */
const settle = (who) => {
  const era = newId();
  keep.set("whose", `${era} ${who}`);
  return era;
};

export class Owner {
  /** Whom the page named: {name, email, signature}, or null.
      @type {Customer | null} */
  customer = null;
  #needs;
  #era = stored()[0];  // "" before the first one

  /** `needs`: empty() takes from the screen what is shown and being written.
      @param {{ empty: () => void }} needs */
  constructor(needs) { this.#needs = needs; }

  /** Whether this tab still shows the chat of the browser's present era; where it does not, what it shows goes. */
  check() {
    const [era, known] = stored();
    if (era === this.#era) return true;
    const unused = !this.#era && (!known || !this.customer || whoIs(this.customer) === known);
    this.#era = era || settle("");
    if (unused) return true;  // another tab began while nothing was said or shown in this one
    this.customer = null;
    this.#needs.empty();
    return false;
  }

  /** The page names its customer (null: nobody); another one's chat leaves the screen.
      @param {Customer | null} customer */
  name(customer) {
    this.check();
    const next = whoIs(customer), [, known] = stored();
    if (known && next !== known) this.#leave(next);
    else if (next && this.#era) keep.set("whose", `${this.#era} ${next}`);
    this.customer = customer && bare({ name: customer.name ?? null, email: customer.email ?? null,
      signature: customer.signature ?? undefined });
  }

  /** A chat begins here: from now on every tab knows whose it is. */
  begin() { this.#era ||= settle(whoIs(this.customer)); }

  /** The page forgets its customer. */
  forget() {
    this.#leave("");
    this.customer = null;
  }

  /** Nobody sees this chat here any more, from this very moment; the next one is `who`'s.
      @param {string} who */
  #leave(who) {
    this.#era = settle(who);
    for (const name of
      /** @type {Name[]} */
      ([...OF_ONE_CHAT, "tickets", "unsent", "draft", "earlier"])) keep.set(name, "");
    this.#needs.empty();
  }
}
