/* Files on their way: in pieces, so that after a cut each goes on where it broke off, shown with how far they have
   come. What was given together is one turn, once all of it is there; what cannot be taken leaves it. One file goes at
   a time; what an earlier page was sending is lost with it. */

import { make } from "./elements.js";
import { figure } from "./file.js";
import { newId } from "./ids.js";
import { at } from "./page.js";
import { read } from "./plain.js";
import { keep } from "./storage.js";
import { WORDS } from "./words.js";
/** @import { ClientFrame, Error as Failed, FileTold, NotTaken, PartTold, Turn } from "frames" */

const PIECE = 512 * 1024;  // bytes
const TRIES = 6;           // without a piece that arrives; then the shopper is asked
const PAUSE = 1000;        // milliseconds before the second try, and twice as long each time
const PASSING = [429, 503];
const MOST = 20;           // files of one turn

/** `kept`: what the server calls it, "" until it is there.
    @typedef {{ id: string, file: File, kept: string, failed: boolean, stop: AbortController, bar: HTMLProgressElement,
      shown: HTMLElement, batch: Batch }} Item */
/** What is one turn.
    @typedef {{ id: string, items: Set<Item>, element: HTMLElement, list: HTMLElement }} Batch */

/** A file of the shopper's own, which nobody need fetch.
    @param {Blob} file */
const look = (file) => { globalThis.open(URL.createObjectURL(file), "_blank", "noopener"); };

/** @returns {Batch} */
const batch = () => {
  const list = make("div", { class: "files" });
  const who = make("span", { class: "who" }, () => `${WORDS.you}: `);
  return { id: newId(), items: new Set(), list, element: make("div", { class: "turn shopper" }, who, list) };
};

export class Uploads {
  #needs;
  /** @type {Set<Batch>} */
  #batches = new Set();
  #busy = false;

  /** `needs`: conversation() -> its id, "" where there is none yet; push(frame) sends where that can be done now;
      show(element) at the end of the log; tell(words) to who listens.
      @param {{ conversation: () => string, push: (frame: ClientFrame) => void, show: (element: HTMLElement) => void,
        tell: (words: string) => void }} needs */
  constructor(needs) { this.#needs = needs; }

  /** The element of the first turn that waits, or null. */
  get first() { return this.#batches.values().next().value?.element ?? null; }

  /** @param {File[]} files */
  add(files) {
    for (let start = 0; start < files.length; start += MOST) {
      const mine = this.#begin();
      for (const file of files.slice(start, start + MOST)) {
        const bar = make("progress", { "aria-label": () => `${WORDS.sending}: ${file.name}` });
        bar.max = 1;
        bar.value = 0;
        const picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
        const shown = make("div", {}, figure({ name: file.name, size: file.size, picture }, () => look(file)));
        const stop = new AbortController();
        const item = { id: newId(), file, kept: "", failed: false, stop, bar, shown, batch: mine };
        this.#join(item, mine);
        this.#way(item);
      }
      this.#needs.show(mine.element);
    }
    this.go();
  }

  /** What waits goes on, where it can. */
  async go() {
    for (const each of this.#batches) this.#deliver(each);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#next(); next && this.#needs.conversation(); next = this.#next()) await this.#send(next);
    this.#busy = false;
  }

  /** The server has this turn. The element that shows it, with nothing on its way; null where it was not ours.
      @param {Turn} turn */
  acknowledged(turn) {
    const mine = turn.who === "shopper" && [...this.#batches].find(({ id }) => id === turn.id);
    if (!mine) return null;
    this.#batches.delete(mine);
    for (const way of mine.element.querySelectorAll(".way")) way.remove();
    return mine.element;
  }

  /** An error about a turn of ours: sent again after `later` milliseconds, or told. Whether it was ours.
      @param {Failed} frame @param {number} later */
  failed(frame, later) {
    const mine = [...this.#batches].find(({ id }) => id === frame.id);
    if (!mine) return false;
    if (frame.code === "too_fast" || frame.code === "unavailable") {
      setTimeout(() => this.#deliver(mine), Math.max(later, PAUSE));
    } else for (const item of [...mine.items]) this.#fail(item, frame.message, false);
    return true;
  }

  /** Another chat: nothing of this one goes on. */
  clear() {
    for (const { items } of this.#batches) for (const { stop } of items) stop.abort();
    this.#batches.clear();
  }

  #begin() {
    const made = batch();
    this.#batches.add(made);
    return made;
  }

  #next() {
    for (const { items } of this.#batches) for (const item of items) if (!item.kept && !item.failed) return item;
    return null;
  }

  /** @param {Item} item @param {Batch} other */
  #join(item, other) {
    item.batch = other;
    other.items.add(item);
    other.list.append(item.shown);
  }

  /** A turn of which all is there is said.
      @param {Batch} whole */
  #deliver({ id, items }) {
    const files = [...items].map(({ kept }) => kept);
    if (!this.#needs.conversation() || !files.length || !files.every(Boolean)) return;
    this.#needs.push({ type: "file", id, files });
  }

  /** One file, piece by piece.
      @param {Item} item */
  async #send(item) {
    let offset = 0, tries = 0, unsure = false, words = "";
    while (!item.kept && !item.failed && !item.stop.signal.aborted && this.#needs.conversation()) {
      try {
        const answer = await (unsure ? this.#ask(item) : this.#put(item, offset));
        const told =
          /** @type {FileTold | PartTold | NotTaken} */
          (read(await answer.text()));
        if ("received" in told) {
          if (told.received > offset) [tries, words] = [0, ""];
          [offset, unsure] = [told.received, false];
        } else if ("url" in told) this.#done(item, told.id);
        else if (PASSING.includes(answer.status) || !told.detail) {
          words = told.detail || "";
          throw new Error(String(answer.status));
        } else this.#fail(item, told.detail, false);
        item.bar.value = offset / item.file.size;
      } catch {
        if (item.stop.signal.aborted) return;
        unsure = true;
        tries += 1;
        if (tries > TRIES) return this.#fail(item, words || WORDS.failed, true);
        await new Promise((wait) => { setTimeout(wait, PAUSE * 2 ** (tries - 1)); });
      }
    }
  }

  /** @param {Item} item @param {number} offset */
  #put({ id, file, stop }, offset) {
    const told = { id, name: file.name, size: String(file.size), offset: String(offset), send: "false" };
    return this.#fetch(stop, told, { method: "POST", body: file.slice(offset, offset + PIECE) });
  }

  /** How far it has come; or, where it is whole, that.
      @param {Item} item */
  #ask({ id, stop }) { return this.#fetch(stop, { id }, {}); }

  /** @param {AbortController} stop @param {Record<string, string>} query @param {RequestInit} more */
  #fetch(stop, query, more) {
    const address = at(`/api/conversations/${this.#needs.conversation()}/files`);
    address.search = new URLSearchParams(query).toString();
    return fetch(address, { ...more, signal: stop.signal, credentials: "omit", referrerPolicy: "no-referrer",
      headers: { Authorization: `Bearer ${keep.get("token")}`, "Content-Type": "application/octet-stream" } });
  }

  /** @param {Item} item @param {string} kept */
  #done(item, kept) {
    item.kept = kept;
    item.bar.value = 1;
    item.shown.querySelector("button:not(.file)")?.remove();
    this.#deliver(item.batch);
  }

  /** Under the file: how far it has come, and a way to leave it.
      @param {Item} item */
  #way(item) {
    item.shown.querySelector(".way")?.remove();
    item.shown.append(make("p", { class: "way note" }, item.bar,
      make("button", { type: "button", onclick: () => this.#drop(item) }, () => WORDS.cancel)));
  }

  /** It leaves its turn, which goes on without it.
      @param {Item} item @param {string} words @param {boolean} again */
  #fail(item, words, again) {
    item.failed = true;
    const left = item.batch;
    left.items.delete(item);
    if (left.items.size) {
      this.#join(item, this.#begin());
      this.#needs.show(item.batch.element);
      this.#deliver(left);
    } else left.items.add(item);
    item.batch.element.classList.add("failed");
    const retry = make("button", { type: "button", onclick: () => this.#again(item) }, () => WORDS.retry);
    const leave = make("button", { type: "button", onclick: () => this.#drop(item) }, () => WORDS.cancel);
    item.shown.querySelector(".way")?.replaceWith(
      make("p", { class: "way note" }, `${words} `, ...(again ? [retry] : []), leave));
    this.#needs.tell(words);
  }

  /** @param {Item} item */
  #again(item) {
    item.failed = false;
    item.batch.element.classList.remove("failed");
    this.#way(item);
    this.go();
  }

  /** @param {Item} item */
  #drop(item) {
    item.stop.abort();
    item.batch.items.delete(item);
    item.shown.remove();
    if (item.batch.items.size) return this.#deliver(item.batch);
    this.#batches.delete(item.batch);
    item.batch.element.remove();
  }
}
