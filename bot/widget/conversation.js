/* The frames: what is said to the server and what its answers mean. One method for every type of frame; how anything
   looks and when a socket is opened is decided elsewhere. */

import { whoIs } from "./owner.js";
import { LOCALE, base } from "./page.js";
import { bare } from "./plain.js";
import { OF_ONE_CHAT, keep } from "./storage.js";
import { WORDS } from "./words.js";
/** @import { Error, Home, ServerFrame, ServiceHours, Turn, TypingShown, Welcome } from "frames" */
/** @import { Connection } from "./connection.js" */
/** @import { Log } from "./log.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Owner } from "./owner.js" */
/** @import { Status } from "./status.js" */
/** @import { Uploads } from "./uploads.js" */

const TOLD = 2000;  // milliseconds between two words of typing
const SEEN = 300;   // milliseconds in which more is seen, and told at once

export class Conversation {
  /** A chat begun anew on purpose is not the customer's earlier one: it is claimed for them with the next hello. */
  fresh = false;
  /** Turns up to here were said before: they are shown, and not read out. */
  caughtUp = Infinity;
  /** Which conversation is on the screen, "" where that is not known yet: its token, and its name. */
  token = "";
  id = "";
  #needs;
  #greeted = "";  // who was named in the last hello
  #told = 0;
  #seen = 0;      // the last turn that was on the screen
  #known = NaN;   // the last that the server knows to be seen; NaN where it cares for none
  #telling = 0;

  /** `needs`: the parts {owner, connection, outbox, uploads, log, status}; turn(turn), typing(who), rated(),
      hours(hours),
      home(home), language(language), read(seq), files(able), ready() when these were told; startOver(words,
      fresh) where this chat is no more; elsewhere() where another tab has left it.
      @param {{ owner: Owner, connection: Connection, outbox: Outbox, uploads: Uploads, log: Log, status: Status,
        turn: (turn: Turn) => void, typing: (who: TypingShown["who"]) => void, rated: () => void,
        hours: (hours?: ServiceHours | null) => void, home: (home: Home) => void, read: (seq: number) => void,
        files: (able: boolean) => void,
        language: (language: string | null) => void, ready: () => void,
        startOver: (words: () => string, fresh: boolean) => void, elsewhere: () => void }} needs */
  constructor(needs) { this.#needs = needs; }

  hello() {
    const { owner, connection, log } = this.#needs;
    owner.begin();
    this.token = keep.get("token") ?? "";
    const customer = this.fresh && owner.customer ? bare({ ...owner.customer, signature: undefined }) : owner.customer;
    this.#greeted = whoIs(customer);
    connection.send({ type: "hello", token: this.token || null, after: log.last, locale: LOCALE || null,
      customer: customer ?? undefined });
  }

  /** @param {ServerFrame} frame */
  receive(frame) {
    if (frame.type === "welcome") this.#welcomed(frame);
    if (frame.type === "turn") this.#needs.turn(frame);
    if (frame.type === "typing") this.#needs.typing(frame.who);
    if (frame.type === "hours") this.#needs.hours(frame.hours);
    if (frame.type === "read") this.#read(frame.seq);
    if (frame.type === "rated") this.#needs.rated();
    if (frame.type === "erased") this.#needs.startOver(() => WORDS.erased, true);
    if (frame.type === "error") this.#failed(frame);
  }

  /** A message, where it can be sent now.
      @param {string} id @param {string} text */
  push(id, text) {
    const { connection } = this.#needs;
    if (this.#mayTalk() && connection.isOpen) connection.send({ type: "say", id, text });
  }

  /** Whether it could be sent.
      @param {number} score @param {string} [comment] */
  rate(score, comment) {
    const able = this.#mayTalk();
    if (able) this.#needs.connection.send({ type: "rate", score, comment });
    else this.#needs.status.remind(WORDS.offline);
    return able;
  }

  erase() {
    if (this.#needs.connection.ready) this.#needs.connection.send({ type: "erase" });
    else this.#needs.status.remind(WORDS.offline);
  }

  /** Told at most every two seconds: a person of the shop who helps sees it. */
  writes() {
    if (!this.#needs.connection.ready || Date.now() - this.#told < TOLD) return;
    this.#told = Date.now();
    this.#needs.connection.send({ type: "typing" });
  }

  /** Turns up to `seq` were seen; the server hears of it, for the shopper's other devices.
      @param {number} seq */
  seen(seq) {
    this.#seen = Math.max(this.#seen, seq);
    if (!this.#telling && this.#seen > this.#known) this.#telling = setTimeout(() => this.#tellSeen(), SEEN);
  }

  /** Another chat: nobody was greeted in it. */
  clear() {
    this.fresh = false;
    this.caughtUp = Infinity;
    this.token = keep.get("token") ?? "";
    this.#greeted = "";
    this.#seen = 0;
    this.#known = NaN;
    this.id = "";
  }

  /** Whether the browser's present chat is the one on the screen: another tab may have begun a new one. */
  get isPresent() { return (keep.get("token") ?? "") === this.token; }

  #tellSeen() {
    this.#telling = 0;
    if (!this.#needs.connection.ready || !(this.#seen > this.#known)) return;
    this.#known = this.#seen;
    this.#needs.connection.send({ type: "read", seq: this.#seen });
  }

  /** So much was seen here or elsewhere; what was seen here while nobody could be told is told now.
      @param {number} seq */
  #read(seq) {
    this.#known = seq;
    this.#needs.read(seq);
    this.seen(0);
  }

  #mayTalk() {
    if (!this.#needs.owner.check() || !this.#needs.connection.ready) return false;
    if (!this.isPresent) this.#needs.elsewhere();
    return this.isPresent && this.#needs.connection.ready;
  }

  /** @param {Welcome} frame */
  #welcomed(frame) {
    const { owner, connection, outbox, status } = this.#needs;
    if (frame.token !== this.token) for (const name of OF_ONE_CHAT) keep.set(name, "");
    this.token = frame.token;
    keep.set("token", frame.token);
    const first = connection.welcomed();
    this.fresh = false;
    this.caughtUp = frame.seq;
    this.#needs.language(frame.language);
    this.#needs.home(frame.home);
    status.say(keep.blocked ? WORDS.unkept : "");
    this.#needs.hours(frame.hours);
    if (frame.rated) this.#needs.rated();
    this.id = frame.conversation;
    this.#needs.files(Boolean(frame.features?.includes("files")));
    if (frame.features?.includes("read")) this.#read(frame.read);
    if (!first) return;
    if (whoIs(owner.customer) !== this.#greeted) this.hello();  // named while the first hello was on its way
    outbox.sendAll();
    this.#needs.ready();
  }

  /** @param {Error} frame */
  #failed(frame) {
    const { connection, outbox, status, uploads } = this.#needs;
    if (frame.code === "bad_token") return this.#forgotten();
    if (frame.code === "bad_origin") return this.#stranger();
    connection.later = (frame.retry_after ?? 0) * 1000;
    if (uploads.failed(frame, connection.later)) return;
    if (frame.id && outbox.has(frame.id)) outbox.failed(frame, connection.later);
    else status.say(frame.code === "unavailable" ? WORDS.away : frame.message);
  }

  /* The shop forgot to name its own page: said where whoever builds it looks. */
  #stranger() {
    this.#needs.connection.refused();
    this.#needs.status.say(WORDS.notHere);
    console.error(`Askonce: the server ${base.origin} does not let in pages of ${location.origin}. `
      + `Add ${location.origin} to its ASKONCE_ALLOWED_ORIGINS and restart it: docs/embedding.md, "It does not work".`);
  }

  /* The server does not know this chat. Where nothing was said in it yet, nobody misses it. */
  #forgotten() {
    const { connection, log } = this.#needs;
    if (log.last) return this.#needs.startOver(() => WORDS.expired, false);
    for (const name of OF_ONE_CHAT) keep.set(name, "");
    if (connection.isOpen) this.hello();
  }
}
