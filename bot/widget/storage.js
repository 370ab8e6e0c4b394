/* The page's storage, the only door to it. Six things are kept there, a name each: `token` (the conversation's),
   `language` (the conversation's), `unsent` (messages that were not acknowledged), `whose` (the era and its customer),
   `open` and `sound` ("1" or "0"). No words of the chat but the unsent ones. Storage may be blocked: then all of it
   lasts as long as the page. */

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
    try { localStorage.setItem(key, value); } catch { blocked = true; }
  },

  /** Whether a change in another tab, told by the storage's key, is one of this name. */
  isAt(key, name) { return key === full(name); },

  /** Whether the browser was seen to keep nothing. */
  get blocked() { return blocked; },
};
