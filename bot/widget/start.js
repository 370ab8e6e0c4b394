/* The beginning, once a page: learn the languages of the page and of its chat, put the chat into it, give the page
   `Askonce`. The one global. */

import { Host } from "./host.js";
import { prepare } from "./language.js";

const NAME = "askonce-chat";

const start = async () => {
  await prepare();
  if (customElements.get(NAME)) return;
  customElements.define(NAME, Host);
  const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
  globalThis.Askonce = {
    open: (words) => host.open(words), close: () => host.close(), identify: (customer) => host.identify(customer),
    on: (name, listener) => host.on(name, listener), theme: (options) => host.theme(options), reset: () => host.reset(),
  };
  const wish = new URLSearchParams(location.search);  // a link that leads into the chat, see docs/embedding.md
  if (wish.get("askonce") === "open") host.open(wish.get("askonce_about"));
  globalThis.dispatchEvent(new Event("askonce:ready"));
};

/* A page that holds the script twice has one chat. */
if (!customElements.get(NAME)) {
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
}
