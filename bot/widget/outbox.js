/* The shopper's messages until the server acknowledged them: shown, kept in the storage, sent again. A message keeps
   its id whatever happens, so that the server knows it again; none is cut, and none is thrown away. */

import { make } from "./elements.js";
import { newId } from "./ids.js";
import { read, write } from "./plain.js";
import { keep } from "./storage.js";
import { WORDS } from "./words.js";
/** @import { Error, Turn } from "frames" */
/** @typedef {{ id: string, text: string, element: HTMLElement, tries: number }} Item */

const LONGEST = 4000;  // letters that the server takes at once
const TRIES = 5;       // by itself; then the shopper is asked
const SLOW = 10_000;   // milliseconds in which a message that was sent is acknowledged, or the line hangs

/** @returns {[id: string, text: string][]} */
const unsent = () => {
  try { return Object.entries(read(keep.get("unsent") || "{}")); } catch { return []; }
};

export class Outbox {
  #needs;
  /** @type {Map<string, Item>} */
  #pending = new Map();  // id -> {id, text, element, tries}
  /** @type {number | undefined} */
  #slow;

  /** `needs`: push(id, text) sends where that can be done now, and says whether; show(text) shows it at the end of the
      log and gives its element; hangs() where nothing was heard of what was sent.
      @param {{ push: (id: string, text: string) => void, show: (text: string) => HTMLElement,
        hangs: () => void }} needs */
  constructor(needs) { this.#needs = needs; }

  /** The element of the first message that waits, or null. */
  get first() { return this.#pending.values().next().value?.element ?? null; }

  /** A message in parts that the server takes; `send(id, text)` is called with each.
      @param {string} text @param {(id: string, text: string) => void} send */
  add(text, send) {
    const letters = [...text];
    for (let start = 0; start < letters.length; start += LONGEST) {
      const part = letters.slice(start, start + LONGEST).join("");
      const id = newId();
      this.#show(id, part);
      send(id, part);
    }
  }

  /** What an earlier page left, and all that waits. */
  sendAll() {
    for (const [id, text] of unsent()) if (!this.#pending.has(id)) this.#show(id, text);
    for (const [id, { text }] of this.#pending) this.#needs.push(id, text);
    this.watch();
  }

  /** The server has it. The element that shows it, without a mark: it stays where it is; null where it was not ours.
      @param {Turn} turn */
  acknowledged(turn) {
    const mine = turn.who === "shopper" && this.#pending.get(turn.id ?? "");
    if (!mine) return null;
    this.#pending.delete(mine.id);
    this.remember();
    this.#unmark(mine);
    this.watch();
    return mine.element;
  }

  /** From now on what waits is to be acknowledged in time; nothing is awaited where nothing waits. */
  watch() {
    clearTimeout(this.#slow);
    if (this.#pending.size) this.#slow = setTimeout(() => this.#needs.hangs(), SLOW);
  }

  /** @param {string} id */
  has(id) { return this.#pending.has(id); }

  /** An error about a message that waits: sent again, after `later` milliseconds at least, or marked as failed.
      @param {Error} frame @param {number} later */
  failed(frame, later) {
    const item = this.#pending.get(frame.id ?? "");
    if (!item) return;
    const passing = frame.code === "too_fast" || frame.code === "unavailable";
    if (passing) item.tries += 1;
    if (!passing || item.tries > TRIES) return this.#mark(item, () => `${WORDS.failed}: ${frame.message}`, true);
    this.#mark(item, () => (frame.code === "too_fast" ? WORDS.slow : WORDS.away), false);
    const wait = Math.max(later, item.tries * 1000) * (1 + Math.random());
    clearTimeout(this.#slow);
    setTimeout(() => this.#pending.get(item.id) === item && this.#send(item), wait);
  }

  remember() {
    const texts = [...this.#pending].map(([id, { text }]) => [id, text]);
    keep.set("unsent", write(Object.fromEntries(texts)));
  }

  /** Nothing waits any more; what the storage keeps stays. */
  clear() {
    clearTimeout(this.#slow);
    this.#pending.clear();
  }

  /** @param {string} id @param {string} text */
  #show(id, text) {
    const item = { id, text, element: this.#needs.show(text), tries: 0 };
    this.#pending.set(id, item);
    this.#wait(item);
    this.remember();
  }

  /** @param {Item} item */
  #send(item) {
    this.#needs.push(item.id, item.text);
    this.watch();
  }

  /** A small sign at the edge; what is sent at once is over before it shows.
      @param {Item} item */
  #wait(item) {
    this.#unmark(item);
    item.element.append(make("span", { class: "sign", role: "img", "aria-label": () => WORDS.waiting,
      title: () => WORDS.waiting }));
  }

  /** A note under the message, with a button where the shopper may send it again.
      @param {Item} item @param {() => string} words @param {boolean} again */
  #mark(item, words, again) {
    this.#unmark(item);
    item.element.classList.toggle("failed", again);
    const note = make("p", { class: "note" }, words);
    const button = { type: "button", onclick: () => this.#again(item) };
    if (again) note.append(" ", make("button", button, () => WORDS.retry));
    item.element.append(note);
  }

  /** @param {Item} item */
  #unmark(item) {
    item.element.classList.remove("failed");
    for (const mark of item.element.querySelectorAll(".note, .sign")) mark.remove();
  }

  /** @param {Item} item */
  #again(item) {
    item.tries = 0;
    this.#wait(item);
    this.#send(item);
  }
}
