/* One chat: its parts put together, and what the page, the shopper and the server may do to it as a whole. The only
   place where one part learns of another: each is given what it needs as functions, and knows no module above its
   own. */

import { Announcements } from "./announcements.js";
import { Attach } from "./attach.js";
import { Tickets } from "./card.js";
import { Choices } from "./choices.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Consent } from "./consent.js";
import { Conversation } from "./conversation.js";
import { copyAll, download } from "./copy.js";
import { earlier } from "./earlier.js";
import { Events } from "./events.js";
import { Home } from "./home.js";
import { Hours } from "./hours.js";
import { back, follow } from "./language.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { Outbox } from "./outbox.js";
import { Owner } from "./owner.js";
import { given } from "./page.js";
import { Panel } from "./panel.js";
import { Question } from "./question.js";
import { Rating } from "./rating.js";
import { sound } from "./sound.js";
import { Status } from "./status.js";
import { OF_ONE_CHAT, keep } from "./storage.js";
import { loaded, lookAt } from "./stored.js";
import { told } from "./told.js";
import { Unread } from "./unread.js";
import { Uploads } from "./uploads.js";
import { WORDS } from "./words.js";
/** @import { BotTurn, Customer, Turn } from "frames" */
/** @import { Given } from "./page.js" */

export class Chat {
  #events = new Events();
  #status = new Status(() => this.#connection.anew());
  #hours = new Hours();
  #aloud = new Announcements();
  #unread = new Unread();
  #tickets = new Tickets();
  #atHome = false;  // the shopper went there
  #consent = new Consent(() => { this.#see(); this.#connection.connect(); this.#composer.focus(); });
  #owner = new Owner({ empty: () => this.#empty() });
  #connection = new Connection({
    may: () => this.#consent.isGiven,
    check: () => this.#owner.check(),
    opened: () => this.#conversation.hello(),
    received: (frame) => this.#conversation.receive(frame),
    say: (words, waits) => this.#status.say(words, waits),
  });
  #rating = new Rating({
    give: (score, comment) => this.#conversation.rate(score, comment),
    done: () => this.#composer.focus(),
  });
  #choices = new Choices((words) => { this.#send(words); this.#composer.focus(); });
  #attach = new Attach((files) => this.#give(files));
  #uploads = new Uploads({
    conversation: () => (this.#connection.ready && this.#conversation.isPresent ? this.#conversation.id : ""),
    push: (frame) => this.#connection.send(frame),
    show: (element) => this.#log.append(element),
    tell: (words) => this.#aloud.announce(words),
  });
  #log = new Log({
    load: loaded, look: lookAt,
    rating: () => this.#rating.form(),
    card: (ticket) => this.#tickets.card(ticket),
    choices: this.#choices.element,
  });
  #outbox = new Outbox({
    push: (id, text) => this.#conversation.push(id, text),
    show: (text) => this.#log.own(text),
    hangs: () => { if (this.#connection.ready) this.#connection.hangs(); },
  });
  #conversation = new Conversation({
    owner: this.#owner, connection: this.#connection, outbox: this.#outbox, uploads: this.#uploads,
    log: this.#log, status: this.#status,
    turn: (turn) => this.#show(turn),
    typing: (who) => this.#log.typing(who),
    rated: () => this.#rated(),
    hours: (hours) => this.#hours.show(hours),
    home: (home) => this.#home.tell(home),
    language: (language) => this.#follow(language),
    read: (seq) => this.#unread.seen(seq),
    files: (able) => this.#attach.allow(able),
    ready: () => { this.#uploads.go(); this.#events.tell("ready"); },
    startOver: (words, fresh) => this.#startOver(words, fresh),
    elsewhere: () => this.#movedOn(),
  });
  #composer = new Composer({
    send: (words) => this.#send(words), writes: () => this.#conversation.writes(), attach: this.#attach.element,
  });
  #home = new Home({
    ask: (words) => { this.#send(words); this.#composer.focus(); },
    back: () => { this.#goHome(false); this.#composer.focus(); },
    reopen: (token) => this.#reopen(token),
    show: () => this.#goHome(!this.#atHome),
    announce: (words) => this.#aloud.announce(words),
  });
  #question = new Question({
    place: (element) => this.#hours.element.before(element),
    done: () => this.#composer.focus(),
  });
  #menu = new Menu([
    [() => WORDS.copyAll, () => copyAll(this.#log.turns, () => this.#status.sayBriefly(WORDS.copied))],
    [() => WORDS.download, () => download(this.#log.turns)],
    [() => WORDS.startOver, () => this.#question.ask(() => WORDS.startSure, () => WORDS.yes, () => this.#leave())],
    [() => WORDS.erase,
      () => this.#question.ask(() => WORDS.eraseSure, () => WORDS.yes, () => this.#conversation.erase(), true)],
  ]);
  #panel;

  /** Into `root`, an empty Shadow DOM.
      @param {ShadowRoot} root */
  constructor(root) {
    const parts = {
      badge: this.#unread.element, menu: this.#menu.element, menuButton: this.#menu.button, state: this.#status.element,
      hours: this.#hours.element, log: this.#log.element, newest: this.#log.newest, home: this.#home.element,
      homeButton: this.#home.button, consent: this.#consent.element, aloud: this.#aloud.element,
      form: this.#composer.element,
    };
    this.#panel = new Panel(root, parts,
      { open: () => this.open(), close: () => this.close(), escape: () => this.#escape() });
    this.#attach.listenTo(root);
    this.#see();
  }

  /* ------------------------------------------------------------ what the page's life brings */

  /** The chat is in the page: it goes on where it was. */
  begin() {
    this.#connection.begin();
    this.#panel.appear();
    if (keep.get("token")) this.#connection.connect();
    if (keep.get("open") === "1" && !this.#panel.isOpen) this.open(true);
  }

  /** The chat left the page. */
  end() { this.#connection.end(); }

  /** The network is there again, or the whole page: the line that there was may be dead. */
  online() {
    this.looked();
    if (this.#connection.begun || keep.get("token")) this.#connection.anew();
  }

  offline() { this.#connection.offline(); }

  /** The page came to the front, or back. */
  looked() {
    this.#owner.check();
    this.#seen();
  }

  /** Another tab changed what is kept under `key`; null: all of it.
      @param {string | null} key */
  changedElsewhere(key) {
    if (key === null || keep.isAt(key, "whose")) this.#owner.check();
    else if (keep.isAt(key, "token")) this.#movedOn();
    else if (keep.isAt(key, "read")) this.#unread.show();
  }

  /** @param {EventTarget[]} path */
  clicked(path) { this.#menu.clicked(path); }

  fit() { this.#panel.fit(); }

  /** The widget's words are others now. Who reads the latest goes on reading it. */
  reworded() {
    this.#panel.renew();
    if (this.#log.isDown) this.#log.down();
  }

  /* ------------------------------------------------------------ what the shop's page calls */

  /** `quietly`: the focus stays where it is.
      @param {boolean} [quietly] */
  open(quietly) {
    const was = this.#panel.isOpen;
    this.#panel.show(true);
    this.#see();
    this.#connection.connect();
    this.#log.down();
    this.#composer.fit();
    this.#seen();
    if (quietly !== true) (this.#consent.isGiven ? this.#composer : this.#consent).focus();
    if (!was) this.#events.tell("open");
  }

  /** Words that stand in the box, to be sent or changed; nothing where the shopper is writing already.
      @param {unknown} words */
  suggest(words) { if (typeof words === "string") this.#composer.suggest(words); }

  close() {
    const had = this.#panel.hasFocus;
    this.#menu.unfold(false);
    this.#panel.show(false);
    if (had) this.#panel.focusLaunch();
    this.#events.tell("close");
  }

  /** @param {Customer | null} customer */
  identify(customer) {
    this.#owner.name(customer);
    if (this.#panel.isOpen || (customer?.signature && !keep.get("token"))) this.#connection.connect();
    if (this.#connection.ready) this.#conversation.hello();
  }

  /** @param {string} name @param {(detail?: unknown) => void} listener */
  on(name, listener) { this.#events.on(name, listener); }

  /** @param {Given} [options] */
  theme(options) {
    this.#panel.dress(options);
    if (options?.greeting) this.#log.greetWith(options.greeting);
  }

  reset() {
    this.#owner.forget();
    this.#startOver(() => WORDS.fresh, true);
  }

  /* ------------------------------------------------------------ what the shopper and the server do */

  /** @param {string} words */
  #send(words) {
    const text = words.trim();
    if (!text || !this.#owner.check()) return;
    this.#composer.clear();
    this.#goHome(false);
    this.#outbox.add(text, (id, part) => {
      if (this.#connection.ready) this.#conversation.push(id, part); else this.#connection.connect();
    });
    this.#outbox.watch();
    this.#see();
    this.#log.down();
  }

  /** @param {File[]} files */
  #give(files) {
    if (!this.#owner.check()) return;
    this.#goHome(false);
    this.#uploads.add(files);
    this.#see();
  }

  #escape() {
    if (this.#question.isOpen) this.#question.end();
    else if (this.#menu.isOpen) this.#menu.fold();
    else this.close();
  }

  /** @param {Turn} turn */
  #show(turn) {
    const known = this.#outbox.acknowledged(turn) ?? this.#uploads.acknowledged(turn);
    if (turn.seq <= this.#log.last) return known?.remove();
    const live = turn.seq > this.#conversation.caughtUp;
    this.#status.say(keep.blocked ? WORDS.unkept : "");
    this.#choices.after(turn);
    this.#log.add(turn, this.#waiting, known);
    if (turn.who === "shopper" && turn.language && live) this.#follow(turn.language);
    if (turn.ticket) told.ticket(turn.ticket, () => this.#events.tell("ticket", turn.ticket));
    if (turn.who !== "shopper") this.#unread.add(turn.seq);
    if (turn.who !== "shopper" && live) this.#isNews(turn);
    if (turn.seq === this.#conversation.caughtUp && this.#unread.count) this.#aloud.announce(this.#unread.words);
    this.#see();
    this.#seen();
  }

  /** @param {BotTurn} turn */
  #isNews(turn) {
    const who = turn.who === "agent" ? turn.agent || WORDS.agent : turn.who === "system" ? "" : given.bot || WORDS.bot;
    this.#aloud.announce(who, turn);
    told.turn(turn.seq, () => this.#events.tell("message", turn));
    if (sound.wanted) sound.beep();
    this.#goHome(false);
  }

  /* The first that the server has not acknowledged. */
  get #waiting() { return this.#outbox.first ?? this.#uploads.first; }

  /* What is in sight was read. */
  #seen() {
    if (document.hidden || !this.#panel.isOpen || !this.#log.last) return;
    this.#unread.seen(this.#log.last);
    this.#conversation.seen(this.#log.last);
  }

  /* Agreement first; then what was said, or where nothing was, what could be. */
  #see() {
    const begun = this.#log.last > 0 || this.#waiting !== null;
    const home = this.#atHome || !begun;
    if (home) this.#home.shown(begun);
    this.#panel.view(!this.#consent.isGiven ? "consent" : this.#atHome ? "home" : begun ? "chat" : "beginning");
  }

  /** @param {boolean} there */
  #goHome(there) {
    if (this.#atHome === there) return;
    this.#atHome = there;
    this.#see();
    if (!there) this.#log.down();
  }

  /** The chat is in `language`, and so is the widget as soon as it has the words.
      @param {string | null} language */
  #follow(language) { follow(language, () => this.reworded()); }

  #rated() {
    this.#rating.wasGiven();
    this.#log.remove(".rating");
  }

  /* A new chat; this one can be found again. */
  #leave() {
    if (this.#log.last) earlier.add(keep.get("token"), this.#tickets.last);
    this.#startOver(() => WORDS.fresh, true);
  }

  /** @param {string} token */
  #reopen(token) {
    if (this.#log.last) earlier.add(keep.get("token"), this.#tickets.last);
    earlier.drop(token);
    this.#forget();
    keep.set("token", token);
    this.#clear();
    this.#see();
    this.#connection.connect();
    this.#composer.focus();
  }

  #forget() { for (const name of OF_ONE_CHAT) keep.set(name, ""); }

  /** @param {() => string} words @param {boolean} fresh */
  #startOver(words, fresh) {
    this.#forget();
    this.#clear();
    this.#outbox.remember();
    this.#log.note(words);
    this.#aloud.announce(words());
    this.#conversation.fresh = fresh;
    this.#see();
    this.#connection.connect();
  }

  /* Another tab began a new chat, or went back to an earlier one: nothing more is said into this one. */
  #movedOn() {
    const token = keep.get("token");
    if (this.#conversation.isPresent) return;
    const had = this.#connection.begun || this.#panel.isOpen, shown = this.#log.last > 0;
    const left = this.#conversation.token;
    if (left || shown) this.#clear();
    if (shown) this.#log.note(() => (earlier.has(left) ? WORDS.fresh : WORDS.expired));
    this.#see();
    if (token && had) this.#connection.connect();
  }

  /* Everything that was said leaves the screen, and what may still come of it is not listened to. */
  #clear() {
    this.#connection.drop();
    back(() => this.reworded());
    this.#conversation.clear();
    this.#outbox.clear();
    this.#uploads.clear();
    this.#rating.clear();
    this.#question.clear();
    this.#choices.clear();
    this.#tickets.clear();
    this.#log.clear();
    this.#home.clear();
    this.#aloud.clear();
    this.#status.say("");
    this.#hours.show();
    this.#unread.clear();
    this.#atHome = false;
  }

  /* The same, and what was being written goes too: it is the one thing here that nobody else has. */
  #empty() {
    this.#clear();
    this.#composer.clear();
    this.#see();
  }
}
