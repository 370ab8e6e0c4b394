/* The chats before this one, in this browser: which, and when they were left; no words of them. The list goes when the
   browser is another customer's. Opening one is decided elsewhere. */

import { bare, read, write } from "./plain.js";
import { keep } from "./storage.js";
/** @typedef {{ token: string, at: number, reference: string }} Chat */

const MOST = 5;

/** @returns {Chat[]} */
const all = () => {
  try { return Object.values(read(keep.get("earlier") || "{}")); } catch { return []; }
};

/** @param {Chat[]} chats */
const store = (chats) => keep.set("earlier", write(Object.assign(bare({}), chats.slice(0, MOST))));

export const earlier = {
  /** {token, at, reference}, the last one first. `at`: milliseconds; `reference`: of its last ticket, or "". */
  get chats() { return all(); },

  /** Whether the chat of this token is among them.
      @param {string} token */
  has(token) { return all().some((chat) => chat.token === token); },

  /** The chat of this token was left.
      @param {string | null} token @param {string} reference */
  add(token, reference) {
    if (!token) return;
    store([bare({ token, at: Date.now(), reference: reference ?? "" }), ...all().filter((c) => c.token !== token)]);
  },

  /** It is the present one again, or is no more.
      @param {string} token */
  drop(token) { store(all().filter((chat) => chat.token !== token)); },
};
