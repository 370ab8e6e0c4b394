/* What the shop's page hears of the chat: `Askonce.on(name, listener)`. A listener that fails fails on the page's
   account: its error is thrown where the page sees it, and nothing here notices. Who listens late for what happens once
   a page ("ready") hears it then. */

import { bare } from "./plain.js";

const ONCE = "ready";

export class Events {
  #listeners = bare({});
  #was = false;

  on(name, listener) {
    if (typeof listener !== "function") return;
    (this.#listeners[name] ??= []).push(listener);
    if (name === ONCE && this.#was) this.#call(listener);
  }

  tell(name, detail) {
    if (name === ONCE) this.#was = true;
    for (const listener of this.#listeners[name] ?? []) this.#call(listener, detail);
  }

  #call(listener, detail) {
    try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
  }
}
