/* What a chat begins with on the screen: what others ask, a search of the help pages, a person, a ticket, and the chats
   before this one. It offers; what is said or opened is decided elsewhere. */

import { earlier } from "./earlier.js";
import { make, renew } from "./elements.js";
import { at } from "./page.js";
import { read } from "./plain.js";
import { dayAndTime } from "./when.js";
import { WORDS, saidIn } from "./words.js";
/** @import { Found, Home as Offered, SearchAnswer } from "frames" */
/** @import { Chat } from "./earlier.js" */

const PAUSE = 250;  // milliseconds without a key before a search
const MOST = 200;   // letters that are searched for

/** @param {() => string} words @param {Node[]} items */
const list = (words, items) => make("section", {}, make("h3", {}, words), make("ul", {}, ...items));

/** @param {Node[]} children */
const item = (...children) => make("li", {}, ...children);

export class Home {
  element;
  /** Leads here, and back to the chat. */
  button;
  #needs;
  #topics = make("div");
  #found = make("div", { class: "found" });
  #chats = make("div");
  #box;
  #back;
  #where = "";  // the search's address
  /** @type {number | undefined} */
  #timer;
  #asked = 0;

  /** `needs`: ask(words) says them; back() to the chat; reopen(token) an earlier one; show() this;
      announce(words) what was found.
      @param {{ ask: (words: string) => void, back: () => void, reopen: (token: string) => void, show: () => void,
        announce: (words: string) => void }} needs */
  constructor(needs) {
    this.#needs = needs;
    this.button = make("button", { type: "button", class: "to-home", "aria-label": () => WORDS.home,
      onclick: () => needs.show() }, "⌂");
    this.#box = make("input", { type: "search", "aria-label": () => WORDS.search, placeholder: () => WORDS.search,
      dir: "auto", autocomplete: "off", maxlength: MOST, oninput: () => this.#soon() });
    this.#back = make("button", { type: "button", class: "wide", onclick: () => needs.back() }, () => WORDS.back);
    /** @param {() => string} words @param {() => string} what */
    const way = (words, what) =>
      make("button", { type: "button", class: "wide", onclick: () => needs.ask(what()) }, words);
    this.element = make("div", { class: "home" }, this.#back,
      make("form", { role: "search", hidden: true, onsubmit: (event) => { event.preventDefault(); this.#search(); } },
        this.#box), this.#found, this.#topics,
      make("div", { class: "ways" }, way(() => WORDS.talk, () => WORDS.talkSaid),
        way(() => WORDS.wish, () => WORDS.wishSaid)), this.#chats);
    this.tell(null);
  }

  /** What the server tells: {topics, search}, or null.
      @param {Offered | null} offered */
  tell(offered) {
    const topics = offered?.topics ?? [];
    this.#where = offered?.search ?? "";
    /** @type {HTMLFormElement} */
    (this.element.querySelector("form")).hidden = !this.#where;
    this.#topics.replaceChildren(...(topics.length ? [list(() => WORDS.topics, topics.map(({ title, language }) =>
      item(make("button", { type: "button", onclick: () => this.#needs.ask(title) },
        make("bdi", saidIn(language), title)))))] : []));
  }

  /** It comes in sight; `begun`: whether there is a chat to go back to.
      @param {boolean} begun */
  shown(begun) {
    this.#back.hidden = !begun;
    const chats = earlier.chats;
    /** @param {Chat} chat */
    const button = ({ token, at: left, reference }) => make("button",
      { type: "button", onclick: () => this.#needs.reopen(token) },
      () => dayAndTime(new Date(left)), ...(reference ? [" · ", make("bdi", { dir: "ltr" }, reference)] : []));
    this.#chats.replaceChildren(
      ...(chats.length ? [list(() => WORDS.earlier, chats.map((chat) => item(button(chat))))] : []));
  }

  /** Nobody sees what another one searched for. */
  clear() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#box.value = "";
    this.#found.replaceChildren();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), PAUSE);
  }

  /* Only the last search's answer is shown. */
  async #search() {
    clearTimeout(this.#timer);
    const words = this.#box.value.trim(), mine = this.#asked += 1;
    if (!words) return this.#found.replaceChildren();
    /** @type {Found[]} */
    let items = [];
    try {
      const address = at(this.#where);
      address.searchParams.set("q", words);
      const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
      items =
        /** @type {SearchAnswer} */
        (read(await answer.text())).items ?? [];
    } catch { /* no connection, or a page that lets nobody fetch: asking here still works */ }
    if (mine === this.#asked) this.#show(words, items);
  }

  /** @param {string} words @param {Found[]} items */
  #show(words, items) {
    const ask = make("button", { type: "button", class: "wide", onclick: () => this.#needs.ask(words) },
      () => WORDS.askIt.split("{words}")[0], make("bdi", {}, words), () => WORDS.askIt.split("{words}")[1] ?? "");
    const links = items.map(({ title, passage, language, url }) => item(
      make("a", { href: at(url).href, target: "_blank", rel: "noopener" }, make("bdi", saidIn(language), title)),
      make("p", saidIn(language), passage)));
    this.#found.replaceChildren(
      links.length ? list(() => WORDS.found, links) : make("p", { class: "note" }, () => WORDS.foundNone), ask);
    renew(this.#found);
    this.#needs.announce(links.length ? `${WORDS.found}: ${links.length}` : WORDS.foundNone);
  }
}
