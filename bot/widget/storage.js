/* The page's storage, the only door to it. What is kept there has a name each: `token` (the conversation's), `language`
   (the conversation's), `unsent` (messages that were not acknowledged), `draft` (what was being written), `read` (the
   last turn that was seen) and `told` (the last that the page heard of), `tickets` (those that it heard of), `earlier`
   (chats before this one: tokens, no words), `whose` (the era and its customer), `consent`, `open` and `sound` ("1" or
   "0"). No words of the chat but the unsent ones and the draft. Storage may be blocked: then all of it lasts as long as
   the page. Nothing is kept before the shopper's first click. */

import { base } from "./page.js";

const memory = new Map();
let blocked = false;

const full = (name) => `askonce:${base.host}:${name}`;

export const keep = {
  /** What is kept under this name, or null. */
  get(name) {
    const key = full(name);
    try {
      return localStorage.getItem(key) ?? memory.get(key) ?? null;
    } catch {
      blocked = true;
      return memory.get(key) ?? null;
    }
  },

  set(name, value) {
    const key = full(name);
    memory.set(key, value);
    try { if (localStorage.getItem(key) !== value) localStorage.setItem(key, value); } catch { blocked = true; }
  },

  /** A whole number that is kept under this name; 0 where none is. */
  number(name) { return Math.trunc(Number(keep.get(name))) || 0; },

  /** Whether a change in another tab, told by the storage's key, is one of this name. */
  isAt(key, name) { return key === full(name); },

  /** Whether the browser was seen to keep nothing. */
  get blocked() { return blocked; },
};

/** What belongs to one chat and goes with it; another begins without. */
export const OF_ONE_CHAT = ["token", "language", "read", "told"];
