/* Askonce's chat widget. One file, no framework: a custom element in a Shadow DOM, told nothing by the page's CSS.
   It keeps three things in the page's storage: the conversation's token, messages that were not acknowledged yet, and whose chat it is.
   Every word that comes from a person or the server is set as text, never as HTML. */
(() => {
  "use strict";
  if (customElements.get("askonce-chat")) return;

  const script = document.currentScript;
  const base = new URL(script ? script.src : location.href);
  const given = Object.assign(Object.create(null), script?.dataset);
  /* The shop says which language its page speaks: data-locale="de", or "auto" for the page's own. English is built in. */
  const LOCALE = given.locale === "auto" ? document.documentElement.lang : given.locale || "";
  let direction = "ltr", language = "en";
  const WORDS = {
    open: "Chat with us", title: "Help", close: "Close the chat", placeholder: "Write a message",
    send: "Send", greeting: "Hello! Ask me about orders, delivery, returns or refunds, or ask for a support ticket.",
    connecting: "Connecting…", offline: "No connection. Your messages are kept and sent when it is back.",
    typing: "The assistant is writing…", agentTyping: "The agent is writing…", you: "You", bot: "Assistant", agent: "Agent", source: "Source: ",
    waiting: "Not sent yet", retry: "Send again", failed: "Could not be sent", ticket: "Ticket", copied: "Copied",
    copy: "Copy", rate: "Rate this chat", comment: "Comment (optional)", rateSend: "Send rating", of: "of 5",
    filed: "filed", saved: "saved, will be filed", expired: "The earlier chat is no longer available; this is a new one.",
    next: "A first acknowledgement comes by email within 24-48 hours.",
    unread: "new messages", log: "Conversation", more: "More", copyAll: "Copy this chat", download: "Download this chat",
    sound: "Sound for new messages", startOver: "Start a new chat", startSure: "Start a new chat? This one is closed here.",
    erase: "Delete this chat", eraseSure: "Delete this chat for good? A ticket that is on its way is still filed.",
    yes: "Yes", keep: "No, keep it", erased: "The chat was deleted. This is a new one.", fresh: "This is a new chat.",
    slow: "That was a little fast; it is sent again in a moment.", away: "The chat is busy; your message is sent again in a moment.",
    unkept: "This browser keeps nothing, so the chat ends with this page.",
    hoursOpen: "Our team is available now", hoursNext: "Our team is back:", hours: "Live agents:",
  };
  const LONGEST = 4000;

  const STYLE = `
:host { all: initial; --accent: #2456d6; --on-accent: #fff; --back: #fff; --fore: #1b1d22; --soft: #f1f3f7; --line: #d5d9e2;
  --muted: #565c69; --error: #b3261e; color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :host { --accent: #8fb0ff; --on-accent: #0b1530; --back: #16181d; --fore: #eceef3;
  --soft: #23262e; --line: #3a3f4b; --muted: #aab0bd; --error: #ffb4ab; } }
* { box-sizing: border-box; font: inherit; }
[hidden] { display: none !important; }
button { cursor: pointer; border: 1px solid transparent; background: none; color: inherit; min-height: 44px; min-width: 44px;
  border-radius: 10px; padding: 0 12px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.launch { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; background: var(--accent);
  color: var(--on-accent); border-radius: 28px; padding: 0 20px; min-height: 56px; font-weight: 600;
  box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
.badge { margin-inline-start: 8px; background: var(--on-accent); color: var(--accent); border-radius: 10px; padding: 1px 7px; }
.panel { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; display: flex;
  flex-direction: column; inline-size: min(400px, calc(100vw - 40px)); block-size: min(640px, calc(100dvh - 40px));
  background: var(--back); color: var(--fore); border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  box-shadow: 0 10px 40px rgb(0 0 0 / .28); }
.left.launch, .left.panel { inset-inline: auto; left: 20px; }
@media (max-width: 480px), (max-height: 420px) { .panel, .left.panel { inset: 0; inline-size: 100vw; block-size: var(--tall, 100dvh); border: 0; border-radius: 0; } }
.head { display: flex; align-items: center; gap: 4px; padding-block: 8px; padding-inline: 16px 8px; position: relative;
  background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; }
.menu { position: absolute; inset-block-start: 100%; inset-inline-end: 8px; z-index: 1; display: grid; min-inline-size: 230px; padding: 6px;
  background: var(--back); color: var(--fore); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 6px 24px rgb(0 0 0 / .25); }
.menu button { text-align: start; } .menu button:hover { background: var(--soft); } .menu :focus-visible { outline-color: var(--accent); }
.sure { padding: 10px 16px; background: var(--soft); border-bottom: 1px solid var(--line); } .sure p { margin: 0 0 8px; } .sure button { border-color: var(--muted); }
.hours { padding: 6px 16px; font-size: .875em; color: var(--muted); border-bottom: 1px solid var(--line); }
.aloud { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h2 { margin: 0; font-size: 1.05em; font-weight: 600; }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -4px; }
.over { position: relative; z-index: 1; }
.state { position: absolute; inset-inline: 0; padding: 6px 16px; font-size: .875em; color: var(--muted); background: var(--soft); border-bottom: 1px solid var(--line); }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 10px; }
.turn { max-inline-size: 88%; align-self: flex-start; }
.turn.shopper { align-self: flex-end; }
.words { margin: 0; padding: 9px 13px; border-radius: 14px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.turn.system { align-self: center; text-align: center; } .system .words { background: none; color: var(--muted); font-size: .875em; }
.agent .words { border: 1px solid var(--accent); }
.shopper .words { background: var(--accent); color: var(--on-accent); }
.words a { color: inherit; }
.who { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.note { margin: 3px 4px 0; font-size: .8125em; color: var(--muted); }
.note button { min-height: 28px; min-width: 0; padding: 0 6px; text-decoration: underline; }
.failed .note { color: var(--error); }
details { font-size: .875em; margin: 4px 4px 0; color: var(--muted); }
summary { min-height: 28px; cursor: pointer; }
blockquote { margin: 4px 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--line); }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.choices button, .stars button { border-color: var(--accent); color: var(--accent); background: var(--back); }
.card { margin-top: 6px; padding: 10px 13px; border: 1px solid var(--line); border-radius: 12px; display: flex; flex-wrap: wrap;
  align-items: center; gap: 4px 10px; }
.card b { font-weight: 700; }
.stars { display: flex; gap: 6px; margin: 8px 0; }
.stars button[aria-pressed=true] { background: var(--accent); color: var(--on-accent); }
form.say { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); align-items: flex-end; }
textarea { flex: 1; resize: none; min-height: 44px; max-height: 140px; padding: 10px 12px; border: 1px solid var(--muted);
  border-radius: 10px; background: var(--back); color: var(--fore); font-size: 16px; }
.go { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.rating textarea { inline-size: 100%; }
@media (prefers-reduced-motion: no-preference) { .turn { animation: come .15s ease-out; } @keyframes come { from { opacity: 0; } } }
@media (forced-colors: active) { .words, .launch, .panel, button { border: 1px solid ButtonBorder; } .stars button[aria-pressed=true] { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
@media print { .launch, form, .choices, .menu, .head button, .hours, .sure { display: none !important; } .panel { position: static; block-size: auto; inline-size: auto; border: 0; box-shadow: none; }
  .log { overflow: visible; } .words, .shopper .words, .head { background: none; color: #000; border: 1px solid #999; } }`;

  /* The page may have changed what objects inherit (old libraries give them a toJSON of their own): what is read and written here
     inherits nothing. */
  const bare = (object) => Object.assign(Object.create(null), object);
  const read = (text) => JSON.parse(text, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? bare(value) : value));
  const write = (object) => JSON.stringify(bare(object));

  /* Storage may be blocked: then the conversation lasts as long as the page. */
  const memory = new Map();
  let blocked = false;
  const keep = {
    get(key) { try { return localStorage.getItem(key) ?? memory.get(key) ?? null; } catch { blocked = true; return memory.get(key) ?? null; } },
    set(key, value) { memory.set(key, value); try { localStorage.setItem(key, value); } catch { blocked = true; } },
  };

  /* ------------------------------------------------------------ the shop's colour, readable in light and dark */

  const rgb = (colour) => {
    const context = document.createElement("canvas").getContext("2d");
    if (!context || !CSS.supports("color", colour)) return null;
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (parts) => parts.map((v) => v / 255).map((v) => (v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4))
    .reduce((sum, v, place) => sum + v * [.2126, .7152, .0722][place], 0);
  const contrast = (one, two) => { const [a, b] = [light(one), light(two)].sort((x, y) => y - x); return (a + .05) / (b + .05); };
  /* Towards black or white until it can be read on `ground` (WCAG 1.4.3: 4.5 to 1). */
  const readable = (parts, ground) => {
    const towards = light(ground) > .4 ? 0 : 255;
    for (let share = 0; share <= 1; share += .05) {
      const mixed = parts.map((v) => Math.round(v + (towards - v) * share));
      if (contrast(mixed, ground) >= 4.6) return mixed;
    }
    return [towards, towards, towards];
  };
  const colours = (accent) => {
    const parts = rgb(accent);
    if (!parts) return "";
    const rule = (ground) => {
      const own = readable(parts, ground);
      const on = contrast(own, [255, 255, 255]) >= 4.5 ? "#fff" : "#000";
      return `:host { --accent: rgb(${own}); --on-accent: ${on}; }`;
    };
    return `${rule([255, 255, 255])} @media (prefers-color-scheme: dark) { ${rule([22, 24, 29])} }`;
  };

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  /* Two customers are one where their address is, or their name where the page gives no address. Nobody in particular: "". */
  const whoIs = (customer) => String(customer?.email || customer?.name || "").trim().toLowerCase();

  const newId = () => (crypto.randomUUID ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(""));

  class Chat extends HTMLElement {
    constructor() {
      super();
      this.key = `askonce:${base.host}`;
      this.last = 0;              // highest seq shown
      this.turns = [];            // what was shown, for the shopper's own copy
      this.pending = new Map();   // client id -> {text, element}, until acknowledged
      this.tries = this.later = 0;
      this.unread = 0;
      this.customer = null;
      this.era = this.whose()[0] || this.settle("");
      this.listeners = bare({});
      this.build();
      this.theme(given);
    }

    connectedCallback() {
      /* Whatever the page's styles say of every element: these stand above them, and nothing else of the widget can be reached. */
      for (const [name, value] of [["all", "initial"], ["display", "block"]]) this.style.setProperty(name, value, "important");
      if (keep.get(`${this.key}:token`)) this.connect();
      if (keep.get(`${this.key}:open`) === "1") this.open(true);
      this.online = () => { this.tries = 0; this.connect(); };
      this.offline = () => this.ws?.close();
      this.fit = () => this.panel.style.setProperty("--tall", globalThis.visualViewport ? `${visualViewport.height}px` : "100dvh");
      addEventListener("online", this.online);
      addEventListener("offline", this.offline);
      this.look = () => { this.check(); this.seen(); };
      this.elsewhere = (event) => this.changedElsewhere(event);
      addEventListener("storage", this.elsewhere);
      addEventListener("pageshow", this.look);  // a page that comes back whole from the browser's memory
      document.addEventListener("visibilitychange", this.look);
      globalThis.visualViewport?.addEventListener("resize", this.fit);
      this.fit();
    }

    disconnectedCallback() {
      removeEventListener("online", this.online);
      removeEventListener("offline", this.offline);
      removeEventListener("storage", this.elsewhere);
      removeEventListener("pageshow", this.look);
      document.removeEventListener("visibilitychange", this.look);
      globalThis.visualViewport?.removeEventListener("resize", this.fit);
      this.gone = true;
      this.ws?.close();
    }

    build() {
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.colours = new CSSStyleSheet();
      root.adoptedStyleSheets = [sheet, this.colours];
      this.badge = make("span", { class: "badge", hidden: true });
      this.launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", onclick: () => this.open() },
        make("span", {}, WORDS.open), this.badge);
      this.state = make("div", { class: "state", role: "status", hidden: true });
      this.hours = make("div", { class: "hours", hidden: true });
      /* The log itself is not live: a resumed conversation would be read from its beginning. `aloud` holds each new turn once. */
      this.log = make("div", { class: "log", role: "log", "aria-live": "off", "aria-label": WORDS.log, tabindex: "0" });
      this.aloud = make("div", { class: "aloud", "aria-live": "polite", "aria-atomic": "false", "aria-relevant": "additions" });
      this.input = make("textarea", { rows: "1", "aria-label": WORDS.placeholder, placeholder: WORDS.placeholder, dir: "auto",
        autocomplete: "off", enterkeyhint: "send",
        onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); } },
        oninput: () => { this.writes(); this.input.style.height = "auto"; this.input.style.height = `${this.input.scrollHeight + 2}px`; } });
      this.form = make("form", { class: "say", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.input, make("button", { class: "go", type: "submit" }, WORDS.send));
      this.heading = make("h2", {}, given.title || WORDS.title);
      this.more = make("button", { type: "button", "aria-label": WORDS.more, "aria-expanded": "false", "aria-controls": "menu",
        onclick: () => this.unfold(this.menu.hidden) }, "⋯");
      this.menu = this.buildMenu();
      this.panel = make("section", { class: "panel", role: "dialog", "aria-label": given.title || WORDS.title, hidden: true,
        onkeydown: (event) => { if (event.key === "Escape") this.escape(); } },
        make("div", { class: "head" }, this.heading, this.more,
          make("button", { type: "button", "aria-label": WORDS.close, onclick: () => this.close() }, "✕"), this.menu),
        make("div", { class: "over" }, this.state), this.hours, this.log, this.aloud, this.form);
      for (const part of [this.launch, this.panel]) Object.assign(part, { dir: direction, lang: language });
      root.append(this.launch, this.panel);
      this.greet();
    }

    buildMenu() {
      const item = (words, act) => make("button", { type: "button", onclick: () => { this.unfold(false); act(); } }, words);
      this.loud = make("button", { type: "button", "aria-pressed": String(keep.get(`${this.key}:sound`) === "1"), onclick: () => {
        const on = keep.get(`${this.key}:sound`) !== "1";
        keep.set(`${this.key}:sound`, on ? "1" : "0");
        this.loud.setAttribute("aria-pressed", String(on));
        this.loud.lastChild.textContent = on ? " ✓" : "";
        if (on) this.beep();
      } }, WORDS.sound, keep.get(`${this.key}:sound`) === "1" ? " ✓" : "");
      if (this.loud.childNodes.length < 2) this.loud.append("");
      return make("div", { class: "menu", id: "menu", hidden: true, role: "group", "aria-label": WORDS.more },
        item(WORDS.copyAll, () => this.copyAll()), item(WORDS.download, () => this.download()), this.loud,
        item(WORDS.startOver, () => this.ask(WORDS.startSure, () => this.startOver(WORDS.fresh))),
        item(WORDS.erase, () => this.ask(WORDS.eraseSure, () => this.erase())));
    }

    unfold(open) {
      this.menu.hidden = !open;
      this.more.setAttribute("aria-expanded", String(open));
      if (open) this.menu.querySelector("button").focus();
      else if (this.menu.contains(this.shadowRoot.activeElement)) this.more.focus();
    }

    escape() {
      if (this.sure) this.sure.remove(), this.sure = null, this.input.focus();
      else if (!this.menu.hidden) this.unfold(false), this.more.focus();
      else this.close();
    }

    /* A question before what cannot be undone. */
    ask(words, act) {
      this.sure?.remove();
      const end = () => { this.sure?.remove(); this.sure = null; this.input.focus(); };
      const no = make("button", { type: "button", onclick: end }, WORDS.keep);
      this.sure = make("div", { class: "sure", role: "alertdialog", "aria-label": words }, make("p", {}, words),
        make("button", { type: "button", onclick: () => { end(); act(); } }, WORDS.yes), " ", no);
      this.log.before(this.sure);
      no.focus();
    }

    theme(options) {
      if (options?.accent) this.colours.replaceSync(colours(options.accent));
      if (options?.position) for (const part of [this.launch, this.panel]) part.classList.toggle("left", options.position === "left");
      if (options?.title) {
        this.heading.textContent = options.title;
        this.panel.setAttribute("aria-label", options.title);
      }
      if (options?.greeting) given.greeting = options.greeting;
      if (options?.greeting) this.shadowRoot.querySelector(".greeting .words").textContent = options.greeting;
      if (options?.launcher) this.launch.firstChild.textContent = options.launcher;
    }

    greet() {
      this.log.append(make("div", { class: "turn bot greeting" }, make("p", { class: "words", dir: "auto" }, given.greeting || WORDS.greeting)));
    }

    /* ------------------------------------------------------------ opening and closing */

    open(quiet) {
      const was = this.panel.hidden;
      this.panel.hidden = false;
      this.launch.hidden = true;
      this.launch.setAttribute("aria-expanded", "true");
      keep.set(`${this.key}:open`, "1");
      this.unread = 0;
      this.showUnread();
      this.connect();
      this.down();
      if (quiet !== true) this.input.focus();
      if (was) this.tell("open");
    }

    close() {
      this.panel.hidden = true;
      this.launch.hidden = false;
      this.launch.setAttribute("aria-expanded", "false");
      keep.set(`${this.key}:open`, "0");
      this.unfold(false);
      this.launch.focus();
      this.tell("close");
    }

    identify(customer) {
      this.check();
      const next = whoIs(customer), known = this.whose()[1];
      if (known && next !== known) this.leave(next);
      else if (next) keep.set(`${this.key}:whose`, `${this.era} ${next}`);
      this.customer = customer && bare({ name: customer.name ?? null, email: customer.email ?? null, signature: customer.signature ?? undefined });
      if (!this.panel.hidden || (customer?.signature && !keep.get(`${this.key}:token`))) this.connect();
      if (this.ready) this.hello();
    }

    /* ------------------------------------------------------------ whose chat this is

       Two customers may share a browser. A chat belongs to the customer whom the page named while it was on screen, and to an era: a
       new one begins whenever the chat leaves the screen for somebody else's sake. The storage holds both, so that every tab knows. What
       comes from an era that is over (a frame on its way, an answer, a tab that slept) is neither shown nor stored nor sent. */

    whose() {
      const [, era, who] = /^(\S*) ?(.*)$/s.exec(keep.get(`${this.key}:whose`) ?? "");
      return [era, who];
    }

    settle(who) {
      this.era = newId();
      keep.set(`${this.key}:whose`, `${this.era} ${who}`);
      return this.era;
    }

    /* Nobody sees this chat here any more, from this very moment; the next one is `who`'s. */
    leave(who) {
      this.settle(who);
      for (const what of ["token", "unsent"]) keep.set(`${this.key}:${what}`, "");
      this.empty();
    }

    /* Whether this tab still shows the chat of the browser's present era; where it does not, what it shows goes. */
    check() {
      const [era] = this.whose();
      if (era === this.era) return true;
      this.era = era || this.settle("");
      this.customer = null;
      this.empty();
      return false;
    }

    changedElsewhere({ key }) {
      if (key === null || key === `${this.key}:whose`) this.check();
      else if (key === `${this.key}:token` && !this.ws && !this.panel.hidden && keep.get(key)) this.connect();
    }

    /* The same, and what was being written goes too: it is the one thing here that nobody else has. */
    empty() {
      this.clear();
      this.input.value = "";
      this.input.style.height = "auto";
    }

    /* Everything that was said leaves the screen, and what may still come of it is not listened to. */
    clear() {
      this.last = this.unread = this.tries = this.later = 0;
      this.turns = [];
      this.pending.clear();
      this.ready = this.fresh = this.rated = false;
      this.greeted = "";
      clearTimeout(this.timer);
      const old = this.ws;
      this.ws = null;
      old?.close();
      for (const part of [this.log, this.aloud]) part.replaceChildren();
      this.sure?.remove();
      this.sure = null;
      this.say("");
      this.showHours();
      this.showUnread();
      this.greet();
    }

    on(name, listener) { (this.listeners[name] ??= []).push(listener); }

    tell(name, detail) {
      for (const listener of this.listeners[name] ?? []) {
        try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
      }
    }

    /* How many turns came while the chat was closed: on the button, and in the title of a page nobody looks at. */
    showUnread() {
      this.badge.hidden = this.unread === 0;
      this.badge.textContent = this.unread ? String(this.unread) : "";
      this.badge.setAttribute("aria-label", `${this.unread} ${WORDS.unread}`);
      this.badge.setAttribute("role", "img");
      const plain = document.title.replace(/^\(\d+\) /, "");
      if (this.unread || plain !== document.title) document.title = this.unread ? `(${this.unread}) ${plain}` : plain;
    }

    beep() {
      try {
        const context = this.speaker ??= new AudioContext();
        const tone = context.createOscillator(), volume = context.createGain();
        tone.frequency.value = 660;
        volume.gain.setValueAtTime(.06, context.currentTime);
        volume.gain.exponentialRampToValueAtTime(.0001, context.currentTime + .25);
        tone.connect(volume).connect(context.destination);
        tone.start();
        tone.stop(context.currentTime + .25);
      } catch { /* a browser without sound */ }
    }

    /* ------------------------------------------------------------ the shopper's own copy, a new chat, no chat */

    transcript() {
      const name = { shopper: WORDS.you, agent: WORDS.agent, system: WORDS.title };
      return this.turns.map((turn) => `[${new Date(turn.at).toLocaleString(language)}] ${name[turn.who] ?? WORDS.bot}: ${turn.text}`).join("\n\n");
    }

    async copyAll() {
      try {
        await navigator.clipboard.writeText(this.transcript());
        this.say(WORDS.copied);
        setTimeout(() => this.state.textContent === WORDS.copied && this.say(""), 3000);
      } catch { this.download(); }
    }

    download() {
      const address = URL.createObjectURL(new Blob([this.transcript()], { type: "text/plain;charset=utf-8" }));
      make("a", { href: address, download: `chat-${new Date().toISOString().slice(0, 10)}.txt` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    }

    startOver(words, fresh = true) {
      keep.set(`${this.key}:token`, "");
      this.clear();
      this.remember();
      this.log.append(make("p", { class: "note" }, words));
      this.announce(words);
      this.fresh = fresh;
      this.connect();
    }

    erase() {
      if (this.ready) this.ws.send(write({ type: "erase" }));
      else this.say(WORDS.offline);
    }

    /* ------------------------------------------------------------ the connection */

    connect() {
      if (this.gone || (this.ws && this.ws.readyState <= WebSocket.OPEN)) return;
      clearTimeout(this.timer);
      this.say(navigator.onLine === false ? WORDS.offline : this.tries ? this.lost : WORDS.connecting);
      const url = new URL("/ws", base);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      const ws = this.ws = new WebSocket(url);
      ws.onopen = () => { if (this.ws === ws && this.check()) this.hello(); };
      ws.onmessage = (event) => { if (this.ws === ws && this.check()) this.receive(read(event.data)); };
      ws.onclose = ({ code }) => {
        if (this.ws !== ws || this.gone) return;
        this.ready = false;
        this.tries += 1;
        this.lost = code === 1013 ? WORDS.away : WORDS.offline;  // 1013: a full house, which is no matter of the network
        this.say(this.lost);
        const wait = Math.max(this.later ?? 0, Math.min(15000, 400 * 2 ** Math.min(this.tries, 6))) * (0.7 + Math.random() * 0.6);
        this.timer = setTimeout(() => this.connect(), wait);
      };
    }

    hello() {
      /* A chat begun anew on purpose is not the customer's earlier one: it is claimed for them with the next hello. */
      const customer = this.fresh && this.customer ? bare({ ...this.customer, signature: undefined }) : this.customer;
      this.greeted = whoIs(customer);
      this.ws.send(write({ type: "hello", token: keep.get(`${this.key}:token`) || null, after: this.last, locale: LOCALE || null,
        customer: customer ?? undefined }));
    }

    receive(frame) {
      if (frame.type === "welcome") return this.welcomed(frame);
      if (frame.type === "turn") return this.show(frame);
      if (frame.type === "typing") return this.typing(frame.who);
      if (frame.type === "rated") return this.hasRated();
      if (frame.type === "erased") return this.startOver(WORDS.erased);
      if (frame.type === "error") return this.failed(frame);
    }

    welcomed(frame) {
      keep.set(`${this.key}:token`, frame.token);
      const first = !this.ready;
      this.ready = true;
      this.fresh = false;
      this.tries = this.later = 0;
      this.caughtUp = frame.seq;  // turns up to here were said before: they are shown, and not read out
      this.say(blocked ? WORDS.unkept : "");
      this.showHours(frame.hours);
      if (frame.rated) this.hasRated();
      if (!first) return;
      if (whoIs(this.customer) !== this.greeted) this.hello();  // the page named its customer while the first hello was on its way
      for (const [id, text] of this.stored()) if (!this.pending.has(id)) this.showPending(id, text);
      for (const [id, { text }] of this.pending) this.push(id, text);
      this.tell("ready");
    }

    /* R19: rated once, here, in another tab or before a reload: nobody is asked again. */
    hasRated() {
      this.rated = true;
      for (const form of this.log.querySelectorAll(".rating")) form.remove();
    }

    showHours(hours) {
      const next = hours?.next && new Date(hours.next).toLocaleString(language, { weekday: "long", hour: "numeric", minute: "2-digit" });
      this.hours.textContent = !hours ? "" : hours.open == null ? `${WORDS.hours} ${hours.text}`
        : hours.open ? `${WORDS.hoursOpen} (${hours.text})` : `${WORDS.hoursNext} ${next}`;
      this.hours.hidden = !hours;
    }

    typing(who) {
      this.say(who === "agent" ? WORDS.agentTyping : WORDS.typing);
      clearTimeout(this.typed);
      this.typed = setTimeout(() => this.ready && this.say(""), 5000);
    }

    /* Told at most every two seconds: a person of the shop who helps sees it. */
    writes() {
      if (!this.ready || Date.now() - (this.told ?? 0) < 2000) return;
      this.told = Date.now();
      this.ws.send(write({ type: "typing" }));
    }

    failed(frame) {
      if (frame.code === "bad_token") {
        if (this.last) return this.startOver(WORDS.expired, false);
        keep.set(`${this.key}:token`, "");  // nothing was said in it yet, so nobody misses it
        if (this.ws.readyState === WebSocket.OPEN) this.hello();
        return;
      }
      const item = frame.id && this.pending.get(frame.id);
      this.later = (frame.retry_after ?? 0) * 1000;
      if (!item) return this.say(frame.code === "unavailable" ? WORDS.away : frame.message);
      if (frame.code !== "too_fast" && frame.code !== "unavailable") return this.mark(item, `${WORDS.failed}: ${frame.message}`, true);
      item.tries = (item.tries ?? 0) + 1;
      if (item.tries > 5) return this.mark(item, `${WORDS.failed}: ${frame.message}`, true);
      this.mark(item, frame.code === "too_fast" ? WORDS.slow : WORDS.away, false);
      setTimeout(() => this.pending.has(frame.id) && this.push(frame.id, item.text), Math.max(this.later, item.tries * 1000) * (1 + Math.random()));
    }

    /* ------------------------------------------------------------ messages out */

    submit(text = this.input.value) {
      text = text.trim();
      if (!text || !this.check()) return;
      this.input.value = "";
      this.input.style.height = "auto";
      for (const choices of this.log.querySelectorAll(".choices")) choices.remove();
      const letters = [...text];
      for (let start = 0; start < letters.length; start += LONGEST) {
        const part = letters.slice(start, start + LONGEST).join("");
        const id = newId();
        this.showPending(id, part);
        if (this.ready) this.push(id, part); else this.connect();
      }
      this.down();
    }

    push(id, text) {
      if (this.check() && this.ready && this.ws.readyState === WebSocket.OPEN) this.ws.send(write({ type: "say", id, text }));
    }

    showPending(id, text) {
      const element = this.element("shopper", text);
      const item = { text, element };
      this.pending.set(id, item);
      this.log.append(element);
      this.mark(item, WORDS.waiting, false);
      this.remember();
    }

    mark(item, words, again) {
      item.element.querySelector(".note")?.remove();
      item.element.classList.toggle("failed", again);
      if (!words) return;
      const note = make("p", { class: "note" }, words);
      if (again) note.append(" ", make("button", { type: "button", onclick: () => {
        const [id] = [...this.pending].find(([, other]) => other === item);
        item.tries = 0;
        this.mark(item, WORDS.waiting, false);
        this.push(id, item.text);
      } }, WORDS.retry));
      item.element.append(note);
    }

    stored() {
      try { return Object.entries(read(keep.get(`${this.key}:unsent`) || "{}")); } catch { return []; }
    }

    remember() {
      keep.set(`${this.key}:unsent`, write(Object.fromEntries([...this.pending].map(([id, { text }]) => [id, text]))));
    }

    /* ------------------------------------------------------------ turns in */

    show(turn) {
      const mine = turn.who === "shopper" && this.pending.get(turn.id);
      if (mine) {
        this.pending.delete(turn.id);
        this.remember();
        mine.element.remove();
      }
      if (turn.seq <= this.last) return;
      this.last = turn.seq;
      this.turns.push(turn);
      this.say("");
      if (turn.who === "shopper") for (const choices of this.log.querySelectorAll(".choices")) choices.remove();
      const element = this.element(turn.who, turn.text, turn);
      const waiting = this.pending.values().next().value?.element;
      this.log.insertBefore(element, waiting ?? null);
      if (turn.ticket) this.tell("ticket", turn.ticket);
      if (turn.who !== "shopper" && turn.seq > this.caughtUp) {
        this.announce(`${turn.who === "agent" ? WORDS.agent : turn.who === "system" ? "" : WORDS.bot} ${turn.text}`);
        this.tell("message", turn);
        if (keep.get(`${this.key}:sound`) === "1") this.beep();
        if (this.panel.hidden || document.hidden) { this.unread += 1; this.showUnread(); }
      }
      this.down();
    }

    /* Into the live region once; what was read is taken out again, so that nobody walks through it twice. */
    announce(words) {
      const line = make("p", {}, words.trim());
      this.aloud.append(line);
      setTimeout(() => line.remove(), 8000);
    }

    element(who, text, turn = bare({})) {
      const words = make("p", { class: "words", dir: "auto" });
      this.linked(words, text);
      const element = make("div", { class: `turn ${who}` },
        make("span", { class: "who" }, `${{ shopper: WORDS.you, agent: WORDS.agent, system: WORDS.title }[who] ?? WORDS.bot}: `), words);
      if (who === "shopper") return element;
      for (const source of turn.sources ?? []) {
        element.append(make("details", {}, make("summary", {}, WORDS.source + source.title), make("blockquote", { dir: "auto" }, source.passage)));
      }
      if (turn.ticket) element.append(this.card(turn.ticket));
      if (turn.act === "invite_rating" && !this.rated) element.append(this.rating());
      if (turn.choices?.length) {
        element.append(make("div", { class: "choices" }, ...turn.choices.map((choice) =>
          make("button", { type: "button", onclick: () => { this.submit(choice); this.input.focus(); } }, choice))));
      }
      return element;
    }

    linked(target, text) {
      const address = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;
      let from = 0;
      for (const found of text.matchAll(address)) {
        target.append(text.slice(from, found.index));
        target.append(make("a", found[1] ? { href: found[1], rel: "noopener noreferrer", target: "_blank" } : { href: `mailto:${found[2]}` }, found[0]));
        from = found.index + found[0].length;
      }
      target.append(text.slice(from));
    }

    card(ticket) {
      const copy = make("button", { type: "button", onclick: async () => {
        try { await navigator.clipboard.writeText(ticket.reference); copy.textContent = WORDS.copied; } catch { /* it can be selected */ }
      } }, WORDS.copy);
      return make("div", { class: "card" }, make("span", {}, `${WORDS.ticket} `, make("b", {}, ticket.reference)),
        make("span", { class: "note" }, WORDS[ticket.status] ?? ticket.status), copy, make("span", { class: "note" }, WORDS.next));
    }

    rating() {
      let score = 0;
      const go = make("button", { class: "go", type: "button", disabled: true, onclick: () => {
        if (!this.check() || !this.ready) return this.say(WORDS.offline);
        this.ws.send(write({ type: "rate", score, comment: comment.value.trim() || undefined }));
        box.remove();
        this.input.focus();
      } }, WORDS.rateSend);
      const stars = [1, 2, 3, 4, 5].map((value) => make("button", { type: "button", "aria-pressed": "false",
        "aria-label": `${value} ${WORDS.of}`, onclick: () => {
          score = value;
          stars.forEach((star, place) => star.setAttribute("aria-pressed", String(place < value)));
          go.disabled = false;
        } }, String(value)));
      const comment = make("textarea", { rows: "2", "aria-label": WORDS.comment, placeholder: WORDS.comment, maxlength: "4000" });
      const box = make("div", { class: "rating", role: "group", "aria-label": WORDS.rate }, make("div", { class: "stars" }, ...stars), comment, go);
      return box;
    }

    say(words) {
      this.state.hidden = !words;
      if (this.state.textContent !== words) this.state.textContent = words;
    }

    seen() { if (!document.hidden && !this.panel.hidden && this.unread) { this.unread = 0; this.showUnread(); } }

    down() { requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; }); }
  }

  const learn = async () => {
    if (!LOCALE || /^en\b/i.test(LOCALE)) return;
    try {
      const found = await (await fetch(new URL(`/widget/words/${encodeURIComponent(LOCALE)}.json`, base))).json();
      Object.assign(WORDS, found.words);
      ({ direction, language } = found);
    } catch { /* the words are unreachable: English is better than nothing */ }
  };
  const start = async () => {
    await learn();
    if (customElements.get("askonce-chat")) return;
    customElements.define("askonce-chat", Chat);
    const chat = document.querySelector("askonce-chat") ?? document.body.appendChild(document.createElement("askonce-chat"));
    globalThis.Askonce = {
      open: () => chat.open(), close: () => chat.close(), identify: (customer) => chat.identify(customer),
      on: (name, listener) => chat.on(name, listener), theme: (options) => chat.theme(options),
      reset: () => { chat.leave(""); chat.customer = null; chat.startOver(WORDS.fresh); },
    };
    globalThis.dispatchEvent(new Event("askonce:ready"));
  };
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
})();
