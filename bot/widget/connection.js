/* The WebSocket: opened, kept, opened again after a while that grows. It knows whether it was welcomed and when the
   server wants to be left alone; what the frames mean is the conversation's matter. */

import { base } from "./page.js";
import { read, write } from "./plain.js";
import { WORDS } from "./words.js";

const FULL_HOUSE = 1013;  // "try again later": no matter of the network
const FIRST_WAIT = 400, LONGEST_WAIT = 15000;  // milliseconds
const spread = () => 0.7 + Math.random() * 0.6;  // a server that comes back is not met by all at once

export class Connection {
  /** Whether the server's welcome was heard on the present socket. */
  ready = false;
  /** Milliseconds for which the server asked to be left alone. */
  later = 0;
  #needs;
  #socket = null;
  #tries = 0;
  #lost;   // what is said between two tries
  #timer;
  #over = false;

  /** `needs`: check() of the owner; opened(), received(frame); say(words) for the state. */
  constructor(needs) { this.#needs = needs; }

  /** Whether there is a socket at all, of whatever state. */
  get begun() { return this.#socket !== null; }

  get isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  connect() {
    if (this.#over || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#timer);
    this.#needs.say(navigator.onLine === false ? WORDS.offline : this.#tries ? this.#lost : WORDS.connecting);
    const url = new URL("/ws", base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.#socket = new WebSocket(url);
    const present = () => this.#socket === socket && this.#needs.check();
    socket.onopen = () => { if (present()) this.#needs.opened(); };
    socket.onmessage = (event) => { if (present()) this.#needs.received(read(event.data)); };
    socket.onclose = ({ code }) => { if (this.#socket === socket && !this.#over) this.#again(code); };
  }

  send(frame) { this.#socket.send(write(frame)); }

  /** The welcome was heard. Whether it is the first on this socket. */
  welcomed() {
    const first = !this.ready;
    this.ready = true;
    this.#tries = this.later = 0;
    return first;
  }

  /** The network came back. */
  online() {
    this.#tries = 0;
    this.connect();
  }

  /** The network went. */
  offline() { this.#socket?.close(); }

  /** What may still come is not listened to. */
  drop() {
    this.ready = false;
    this.#tries = this.later = 0;
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
  }

  /** For good: the chat left the page. */
  end() {
    this.#over = true;
    this.#socket?.close();
  }

  #again(code) {
    this.ready = false;
    this.#tries += 1;
    this.#lost = code === FULL_HOUSE ? WORDS.away : WORDS.offline;
    this.#needs.say(this.#lost);
    const grown = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#tries, 6));
    this.#timer = setTimeout(() => this.connect(), Math.max(this.later, grown) * spread());
  }
}
