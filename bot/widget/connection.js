/* The WebSocket: opened, kept, opened again after a while that grows. It knows whether it was welcomed and when the
   server wants to be left alone; what the frames mean is the conversation's matter. */

import { at } from "./page.js";
import { read, write } from "./plain.js";
import { WORDS } from "./words.js";
/** @import { ClientFrame, ServerFrame } from "frames" */

const FULL_HOUSE = 1013;  // "try again later": no matter of the network
const FIRST_WAIT = 400, LONGEST_WAIT = 15000;  // milliseconds
const WELCOME_WITHIN = 10_000;  // milliseconds; a line that hangs is let go
const spread = () => 0.7 + Math.random() * 0.6;  // a server that comes back is not met by all at once

export class Connection {
  /** Whether the server's welcome was heard on the present socket. */
  ready = false;
  /** Milliseconds for which the server asked to be left alone. */
  later = 0;
  #needs;
  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;
  #lost = "";  // what is said between two tries
  /** @type {number | undefined} */
  #timer;
  /** @type {number | undefined} */
  #welcome;
  #over = false;

  /** `needs`: may() whether the shopper agreed; check() of the owner; opened(), received(frame); say(words, waits) for
      the state.
      @param {{ may: () => boolean, check: () => boolean, opened: () => void, received: (frame: ServerFrame) => void,
        say: (words: string, waits: boolean) => void }} needs */
  constructor(needs) { this.#needs = needs; }

  /** Whether there is a socket at all, of whatever state. */
  get begun() { return this.#socket !== null; }

  get isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  connect() {
    if (this.#over || !this.#needs.may() || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#timer);
    this.#needs.say(navigator.onLine === false ? WORDS.offline : this.#tries ? this.#lost : WORDS.connecting,
      this.#tries > 0);
    const url = at("/ws");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.#socket = new WebSocket(url);
    const present = () => this.#socket === socket && this.#needs.check();
    socket.onopen = () => { if (present()) this.#needs.opened(); };
    socket.onmessage = (event) => { if (present()) this.#needs.received(read(event.data)); };
    socket.onclose = ({ code }) => { if (this.#socket === socket && !this.#over) this.#again(code); };
    clearTimeout(this.#welcome);
    this.#welcome = setTimeout(() => this.hangs(), WELCOME_WITHIN);
  }

  /** @param {ClientFrame} frame */
  send(frame) { this.#socket?.send(write(frame)); }

  /** The welcome was heard. Whether it is the first on this socket. */
  welcomed() {
    const first = !this.ready;
    clearTimeout(this.#welcome);
    this.ready = true;
    this.#tries = this.later = 0;
    return first;
  }

  /** The network came back, or the shopper does not want to wait: what is there may hang, so another takes its
      place. */
  anew() {
    this.#let();
    this.#tries = 0;
    this.connect();
  }

  /** Nothing is heard on a line that looks open: another one is made. */
  hangs() {
    if (!this.#socket) return;
    this.#let();
    this.#again(0, WORDS.hanging);
  }

  /** The network went. */
  offline() { this.#socket?.close(); }

  /** What may still come is not listened to. */
  drop() {
    this.#let();
    this.#tries = this.later = 0;
  }

  /** The chat left the page; it may come back. */
  end() {
    this.#over = true;
    this.#let();
  }

  /** The chat is in the page. */
  begin() { this.#over = false; }

  /** This page has no chat: it is not tried again. */
  refused() { this.end(); }

  /* A socket that hangs takes long to close, so nobody waits for that. */
  #let() {
    this.ready = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#welcome);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
  }

  /** @param {number} code @param {string} [why] */
  #again(code, why) {
    this.ready = false;
    clearTimeout(this.#welcome);
    this.#tries += 1;
    this.#lost = why ?? (code === FULL_HOUSE ? WORDS.away : WORDS.offline);
    this.#needs.say(this.#lost, true);
    const grown = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#tries, 6));
    this.#timer = setTimeout(() => this.connect(), Math.max(this.later, grown) * spread());
  }
}
