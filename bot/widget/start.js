/* The beginning, once a page: learn the languages of the page and of its chat, put the chat into it, give the page
   `Askonce`, and do what the page called before that. The one global. */

import { Host } from "./host.js";
import { prepare } from "./language.js";
import { given } from "./page.js";
/** @typedef {(...words: unknown[]) => unknown} Call */

const NAME = "askonce-chat";
/** @type {AskonceCall[]} */
const CALLS = ["open", "close", "identify", "on", "theme", "reset"];
const WORDS_WITHIN = 1500;  // milliseconds; a language that takes longer holds nobody up

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** A page that changes without being loaded (Turbo, htmx, Astro) puts in another body, or all that stands in it: the
    chat goes along. A shop that takes out this one element means it.
    @param {Host} host */
const stay = (host) => {
  new MutationObserver((changes) => {
    const swept = changes.some(({ removedNodes }) => [...removedNodes].some((node) => node !== host));
    if (host.isConnected || !swept || !document.body) return;
    const other = document.body.querySelector(NAME);
    if (other) other.replaceWith(host); else document.body.append(host);
  }).observe(document.documentElement, { childList: true, subtree: true });
};

/** A trigger of the shop's own: whatever is clicked that the selector names, now or later.
    @param {Host} host */
const listen = (host) => document.addEventListener("click", (event) => {
  let found = null;
  try {
    found = given.trigger &&
      /** @type {Element} */
      (event.target).closest?.(given.trigger);
  } catch { /* no selector */ }
  if (found) {
    event.preventDefault();
    host.open();
  }
});

const start = async () => {
  const prepared = prepare();
  await Promise.race([prepared, pause(WORDS_WITHIN)]);
  if (customElements.get(NAME)) return;
  customElements.define(NAME, Host);
  const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
  prepared.then(() => host.reworded());
  stay(host);
  listen(host);
  const early = globalThis.Askonce?.q;
  globalThis.Askonce = Object.fromEntries(CALLS.map((name) => [name,
    /** @type {Call} */
    ((...words) =>
      /** @type {Call} */
      (host[name])(...words))]));
  for (const [name, ...words] of Array.isArray(early) ? early : []) {
    if (CALLS.includes(name))
      /** @type {Call} */
      (host[name])(...words);
  }
  const wish = new URLSearchParams(location.search);  // a link that leads into the chat, see docs/embedding.md
  if (wish.get("askonce") === "open") host.open(wish.get("askonce_about"));
  globalThis.dispatchEvent(new Event("askonce:ready"));
};

/* A page that holds the script twice has one chat. */
if (!customElements.get(NAME)) {
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
}
