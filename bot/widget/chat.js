/* One chat: its parts put together, and what the page, the shopper and the server may do to it as a whole. The only
   place where one part learns of another: each is given what it needs as functions, and knows no module above its
   own. */

import { Announcements } from "./announcements.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { copyAll, download } from "./copy.js";
import { Events } from "./events.js";
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
import { keep } from "./storage.js";
import { Unread } from "./unread.js";
import { WORDS } from "./words.js";

export class Chat {
  #events = new Events();
  #status = new Status();
  #hours = new Hours();
  #aloud = new Announcements();
  #unread = new Unread();
  #owner = new Owner({ empty: () => this.#empty() });
  #connection = new Connection({
    check: () => this.#owner.check(),
    opened: () => this.#conversation.hello(),
    received: (frame) => this.#conversation.receive(frame),
    say: (words) => this.#status.say(words),
  });
  #rating = new Rating({
    give: (score, comment) => this.#conversation.rate(score, comment),
    done: () => this.#composer.focus(),
  });
  #log = new Log({
    rating: () => this.#rating.form(),
    choose: (words) => { this.#send(words); this.#composer.focus(); },
  });
  #outbox = new Outbox({
    push: (id, text) => this.#conversation.push(id, text),
    append: (element) => this.#log.append(element),
  });
  #conversation = new Conversation({
    owner: this.#owner, connection: this.#connection, outbox: this.#outbox, log: this.#log, status: this.#status,
    turn: (turn) => this.#show(turn),
    rated: () => this.#rated(),
    hours: (hours) => this.#hours.show(hours),
    language: (language) => this.#follow(language),
    ready: () => this.#events.tell("ready"),
    startOver: (words, fresh) => this.#startOver(words, fresh),
  });
  #composer = new Composer({ send: (words) => this.#send(words), writes: () => this.#conversation.writes() });
  #question = new Question({
    place: (element) => this.#log.element.before(element),
    done: () => this.#composer.focus(),
  });
  #menu = new Menu([
    [() => WORDS.copyAll, () => copyAll(this.#log.turns, () => this.#status.sayBriefly(WORDS.copied))],
    [() => WORDS.download, () => download(this.#log.turns)],
    [() => WORDS.startOver,
      () => this.#question.ask(() => WORDS.startSure, () => this.#startOver(() => WORDS.fresh, true))],
    [() => WORDS.erase, () => this.#question.ask(() => WORDS.eraseSure, () => this.#conversation.erase())],
  ]);
  #panel;

  /** Into `root`, an empty Shadow DOM. */
  constructor(root) {
    const parts = {
      badge: this.#unread.element, menu: this.#menu.element, menuButton: this.#menu.button, state: this.#status.element,
      hours: this.#hours.element, log: this.#log.element, aloud: this.#aloud.element, form: this.#composer.element,
    };
    this.#panel = new Panel(root, parts,
      { open: () => this.open(), close: () => this.close(), escape: () => this.#escape() });
    this.theme(given);
  }

  /* ------------------------------------------------------------ what the page's life brings */

  /** The chat is in the page: it goes on where it was. */
  begin() {
    if (keep.get("token")) this.#connection.connect();
    if (keep.get("open") === "1") this.open(true);
  }

  /** The chat left the page. */
  end() { this.#connection.end(); }

  online() { this.#connection.online(); }

  offline() { this.#connection.offline(); }

  /** The page came to the front, or back. */
  looked() {
    this.#owner.check();
    if (!document.hidden && this.#panel.isOpen && this.#unread.any) this.#unread.none();
  }

  /** Another tab changed what is kept under `key`; null: all of it. */
  changedElsewhere(key) {
    if (key === null || keep.isAt(key, "whose")) this.#owner.check();
    else if (keep.isAt(key, "token") && !this.#connection.begun && this.#panel.isOpen && keep.get("token")) {
      this.#connection.connect();
    }
  }

  fit() { this.#panel.fit(); }

  /* ------------------------------------------------------------ what the shop's page calls */

  /** `quietly`: the focus stays where it is. */
  open(quietly) {
    const was = this.#panel.isOpen;
    this.#panel.show(true);
    this.#unread.none();
    this.#connection.connect();
    this.#log.down();
    if (quietly !== true) this.#composer.focus();
    if (!was) this.#events.tell("open");
  }

  /** Words that stand in the box, to be sent or changed; nothing where the shopper is writing already. */
  suggest(words) { if (typeof words === "string") this.#composer.suggest(words); }

  close() {
    this.#panel.show(false);
    this.#menu.unfold(false);
    this.#panel.focusLaunch();
    this.#events.tell("close");
  }

  identify(customer) {
    this.#owner.name(customer);
    if (this.#panel.isOpen || (customer?.signature && !keep.get("token"))) this.#connection.connect();
    if (this.#connection.ready) this.#conversation.hello();
  }

  on(name, listener) { this.#events.on(name, listener); }

  theme(options) {
    this.#panel.dress(options);
    if (options?.greeting) this.#log.greetWith(options.greeting);
  }

  reset() {
    this.#owner.forget();
    this.#startOver(() => WORDS.fresh, true);
  }

  /* ------------------------------------------------------------ what the shopper and the server do */

  #send(words) {
    const text = words.trim();
    if (!text || !this.#owner.check()) return;
    this.#composer.clear();
    this.#log.remove(".choices");
    this.#outbox.add(text, (id, part) => {
      if (this.#connection.ready) this.#conversation.push(id, part); else this.#connection.connect();
    });
    this.#log.down();
  }

  #escape() {
    if (this.#question.isOpen) this.#question.end();
    else if (this.#menu.isOpen) this.#menu.fold();
    else this.close();
  }

  #show(turn) {
    this.#outbox.acknowledged(turn);
    if (turn.seq <= this.#log.last) return;
    this.#status.say("");
    this.#log.add(turn, this.#outbox.first);
    if (turn.who === "shopper" && turn.language && turn.seq > this.#conversation.caughtUp) this.#follow(turn.language);
    if (turn.ticket) this.#events.tell("ticket", turn.ticket);
    if (turn.who !== "shopper" && turn.seq > this.#conversation.caughtUp) this.#isNews(turn);
    this.#log.down();
  }

  #isNews(turn) {
    const who = turn.who === "agent" ? WORDS.agent : turn.who === "system" ? "" : WORDS.bot;
    this.#aloud.announce(who, turn);
    this.#events.tell("message", turn);
    if (sound.wanted) sound.beep();
    if (!this.#panel.isOpen || document.hidden) this.#unread.add();
  }

  /* The chat is in `language`, and so is the widget as soon as it has the words. */
  #follow(language) { follow(language, () => this.#reworded()); }

  /* The widget's words are others now. Who reads the latest goes on reading it. */
  #reworded() {
    const down = this.#log.isDown;
    this.#panel.renew();
    if (down) this.#log.down();
  }

  #rated() {
    this.#rating.wasGiven();
    this.#log.remove(".rating");
  }

  #startOver(words, fresh) {
    for (const name of ["token", "language"]) keep.set(name, "");
    this.#clear();
    this.#outbox.remember();
    this.#log.note(words);
    this.#aloud.announce(words());
    this.#conversation.fresh = fresh;
    this.#connection.connect();
  }

  /* Everything that was said leaves the screen, and what may still come of it is not listened to. */
  #clear() {
    this.#connection.drop();
    back(() => this.#reworded());
    this.#conversation.clear();
    this.#outbox.clear();
    this.#rating.clear();
    this.#question.clear();
    this.#log.clear();
    this.#aloud.clear();
    this.#status.say("");
    this.#hours.show();
    this.#unread.none();
  }

  /* The same, and what was being written goes too: it is the one thing here that nobody else has. */
  #empty() {
    this.#clear();
    this.#composer.clear();
  }
}
