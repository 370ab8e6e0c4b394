/* What the shop's page hears of the chat: `Askonce.on(name, listener)`. A listener that fails fails on the page's
   account: its error is thrown where the page sees it, and nothing here notices. Who listens late for what happens once
   a page ("ready") hears it then. */

import { bare } from "./plain.js";
/** @import { BotTurn, TicketShown } from "frames" */
/** @typedef {{ ready: void, open: void, close: void, ticket: TicketShown, message: BotTurn }} Happenings */
/** @typedef {(detail?: unknown) => void} Listener */

const ONCE = "ready";

export class Events {
  /** @type {Record<string, Listener[]>} */
  #listeners = bare({});
  #was = false;

  /** @param {string} name @param {Listener} listener */
  on(name, listener) {
    if (typeof listener !== "function") return;
    (this.#listeners[name] ??= []).push(listener);
    if (name === ONCE && this.#was) this.#call(listener);
  }

  /** @template {keyof Happenings} Name @param {Name} name @param {Happenings[Name] | null} [detail] */
  tell(name, detail) {
    if (name === ONCE) this.#was = true;
    for (const listener of this.#listeners[name] ?? []) this.#call(listener, detail);
  }

  /** @param {Listener} listener @param {unknown} [detail] */
  #call(listener, detail) {
    try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
  }
}
