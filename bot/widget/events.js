/* What the shop's page hears of the chat: `Askonce.on(name, listener)`. A listener that fails fails on the page's
   account: its error is thrown where the page sees it, and nothing here notices. */

import { bare } from "./plain.js";

export class Events {
  #listeners = bare({});

  on(name, listener) { (this.#listeners[name] ??= []).push(listener); }

  tell(name, detail) {
    for (const listener of this.#listeners[name] ?? []) {
      try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
    }
  }
}
