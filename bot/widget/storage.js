/* The page's storage, the only door to it. What is kept there has a name each: `token` (the conversation's), `language`
   (the conversation's), `unsent` (messages that were not acknowledged), `draft` (what was being written), `read` (the
   last turn that was seen) and `told` (the last that the page heard of), `tickets` (those that it heard of), `earlier`
   (chats before this one: tokens, no words), `whose` (the era and its customer), `consent`, `open` and `sound` ("1" or
   "0"). No words of the chat but the unsent ones and the draft. Storage may be blocked: then all of it lasts as long as
   the page. Nothing is kept before the shopper's first click. */

import { base } from "./page.js";

/** @typedef {"token" | "language" | "unsent" | "draft" | "read" | "told" | "tickets" | "earlier" | "whose" | "consent"
      | "open" | "sound"} Name */
/** @type {Map<string, string>} */
const memory = new Map();
let blocked = false;

/** @param {Name} name */
const full = (name) => `askonce:${base.host}:${name}`;

export const keep = {
  /** What is kept under this name, or null.
      @param {Name} name @returns {string | null} */
  get(name) {
    const key = full(name);
    try {
      return localStorage.getItem(key) ?? memory.get(key) ?? null;
    } catch {
      blocked = true;
      return memory.get(key) ?? null;
    }
  },

  /** @param {Name} name @param {string} value */
  set(name, value) {
    const key = full(name);
    memory.set(key, value);
    try { if (localStorage.getItem(key) !== value) localStorage.setItem(key, value); } catch { blocked = true; }
  },

  /** A whole number that is kept under this name; 0 where none is.
      @param {Name} name */
  number(name) { return Math.trunc(Number(keep.get(name))) || 0; },

  /** Whether a change in another tab, told by the storage's key, is one of this name.
      @param {string} key @param {Name} name */
  isAt(key, name) { return key === full(name); },

  /** Whether the browser was seen to keep nothing. */
  get blocked() { return blocked; },
};

/** What belongs to one chat and goes with it; another begins without.
    @type {Name[]} */
export const OF_ONE_CHAT = ["token", "language", "read", "told"];
