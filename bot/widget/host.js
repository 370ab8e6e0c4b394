/* The element `<askonce-chat>` in the shop's page: its Shadow DOM, and the page's events while it stands there. A page
   may move it, or put another body in its place: it goes on. Whatever the page may touch is here; the chat itself is
   out of its reach. */

import { Chat } from "./chat.js";
/** @import { Customer } from "frames" */
/** @import { Given } from "./page.js" */
/** @typedef {(event: StorageEvent & PageTransitionEvent) => void} Listener */
/** @typedef {{ addEventListener(name: string, listener: Listener): void,
      removeEventListener(name: string, listener: Listener): void }} Target */

/* Whatever the page's styles say of every element: these stand above them, and nothing else can be reached. */
const OWN = [["all", "initial"], ["display", "block"]];

export class Host extends HTMLElement {
  #chat = new Chat(this.attachShadow({ mode: "open" }));
  #looked = () => this.#chat.looked();
  /** @type {[Target | null, string, Listener][]} */
  #heard = [
    [globalThis, "online", () => this.#chat.online()],
    [globalThis, "offline", () => this.#chat.offline()],
    [globalThis, "storage", (event) => this.#chat.changedElsewhere(event.key)],
    // A page that comes back whole from the browser's memory has a line that is dead.
    [globalThis, "pageshow", (event) => (event.persisted ? this.#chat.online() : this.#chat.looked())],
    [document, "visibilitychange", this.#looked],
    [document, "pointerdown", (event) => this.#chat.clicked(event.composedPath())],
    [globalThis.visualViewport, "resize", () => this.#chat.fit()],
    [globalThis.visualViewport, "scroll", () => this.#chat.fit()],
  ];

  connectedCallback() {
    for (const [name, value] of OWN) this.style.setProperty(name, value, "important");
    this.#chat.begin();
    for (const [target, name, listener] of this.#heard) target?.addEventListener(name, listener);
    this.#chat.fit();
  }

  disconnectedCallback() {
    for (const [target, name, listener] of this.#heard) target?.removeEventListener(name, listener);
    this.#chat.end();
  }

  /** The page's words came late. */
  reworded() { this.#chat.reworded(); }

  /** @param {unknown} [words] */
  open(words) {
    this.#chat.open();
    this.#chat.suggest(words);
  }

  close() { this.#chat.close(); }

  /** @param {Customer | null} customer */
  identify(customer) { this.#chat.identify(customer); }

  /** @param {string} name @param {(detail?: unknown) => void} listener */
  on(name, listener) { this.#chat.on(name, listener); }

  /** @param {Given} [options] */
  theme(options) { this.#chat.theme(options); }

  reset() { this.#chat.reset(); }
}
