/* The frames: what is said to the server and what its answers mean. One method for every type of frame; how anything
   looks and when a socket is opened is decided elsewhere. */

import { whoIs } from "./owner.js";
import { LOCALE } from "./page.js";
import { bare } from "./plain.js";
import { keep } from "./storage.js";
import { WORDS } from "./words.js";

const TOLD = 2000;  // milliseconds between two words of typing

export class Conversation {
  /** A chat begun anew on purpose is not the customer's earlier one: it is claimed for them with the next hello. */
  fresh = false;
  /** Turns up to here were said before: they are shown, and not read out. */
  caughtUp = Infinity;
  #needs;
  #greeted = "";  // who was named in the last hello
  #told = 0;

  /** `needs`: the parts {owner, connection, outbox, log, status}; turn(turn), rated(), hours(hours),
      language(language), ready() when these were told; startOver(words, fresh) where this chat is no more. */
  constructor(needs) { this.#needs = needs; }

  hello() {
    const { owner, connection, log } = this.#needs;
    const customer = this.fresh && owner.customer ? bare({ ...owner.customer, signature: undefined }) : owner.customer;
    this.#greeted = whoIs(customer);
    connection.send({ type: "hello", token: keep.get("token") || null, after: log.last, locale: LOCALE || null,
      customer: customer ?? undefined });
  }

  receive(frame) {
    const { status, connection } = this.#needs;
    if (frame.type === "welcome") this.#welcomed(frame);
    if (frame.type === "turn") this.#needs.turn(frame);
    if (frame.type === "typing") status.typing(frame.who, () => connection.ready);
    if (frame.type === "hours") this.#needs.hours(frame.hours);
    if (frame.type === "rated") this.#needs.rated();
    if (frame.type === "erased") this.#needs.startOver(() => WORDS.erased, true);
    if (frame.type === "error") this.#failed(frame);
  }

  /** A message, where it can be sent now. */
  push(id, text) {
    const { connection } = this.#needs;
    if (this.#mayTalk() && connection.isOpen) connection.send({ type: "say", id, text });
  }

  /** Whether it could be sent. */
  rate(score, comment) {
    const able = this.#mayTalk();
    if (able) this.#needs.connection.send({ type: "rate", score, comment });
    else this.#needs.status.say(WORDS.offline);
    return able;
  }

  erase() {
    if (this.#needs.connection.ready) this.#needs.connection.send({ type: "erase" });
    else this.#needs.status.say(WORDS.offline);
  }

  /** Told at most every two seconds: a person of the shop who helps sees it. */
  writes() {
    if (!this.#needs.connection.ready || Date.now() - this.#told < TOLD) return;
    this.#told = Date.now();
    this.#needs.connection.send({ type: "typing" });
  }

  /** Another chat: nobody was greeted in it. */
  clear() {
    this.fresh = false;
    this.#greeted = "";
  }

  #mayTalk() { return this.#needs.owner.check() && this.#needs.connection.ready; }

  #welcomed(frame) {
    const { owner, connection, outbox, status } = this.#needs;
    keep.set("token", frame.token);
    const first = connection.welcomed();
    this.fresh = false;
    this.caughtUp = frame.seq;
    this.#needs.language(frame.language);
    status.say(keep.blocked ? WORDS.unkept : "");
    this.#needs.hours(frame.hours);
    if (frame.rated) this.#needs.rated();
    if (!first) return;
    if (whoIs(owner.customer) !== this.#greeted) this.hello();  // named while the first hello was on its way
    outbox.sendAll();
    this.#needs.ready();
  }

  #failed(frame) {
    const { connection, outbox, status } = this.#needs;
    if (frame.code === "bad_token") return this.#forgotten();
    connection.later = (frame.retry_after ?? 0) * 1000;
    if (frame.id && outbox.has(frame.id)) outbox.failed(frame, connection.later);
    else status.say(frame.code === "unavailable" ? WORDS.away : frame.message);
  }

  /* The server does not know this chat. Where nothing was said in it yet, nobody misses it. */
  #forgotten() {
    const { connection, log } = this.#needs;
    if (log.last) return this.#needs.startOver(() => WORDS.expired, false);
    keep.set("token", "");
    if (connection.isOpen) this.hello();
  }
}
