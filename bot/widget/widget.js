/* Askonce's chat widget. One file, no framework: a custom element in a Shadow DOM, told nothing by the page's CSS.
   It keeps two things in the page's storage: the conversation's token and messages that were not acknowledged yet.
   Every word that comes from a person or the server is set as text, never as HTML. */
(() => {
  "use strict";
  if (customElements.get("askonce-chat")) return;

  const script = document.currentScript;
  const base = new URL(script ? script.src : location.href);
  /* The shop says which language its page speaks: data-locale="de", or "auto" for the page's own. English is built in. */
  const asked = script?.dataset.locale ?? "";
  const LOCALE = asked === "auto" ? document.documentElement.lang : asked;
  let direction = "ltr", language = "en";
  const WORDS = {
    open: "Chat with us", title: "Help", close: "Close the chat", minimise: "Minimise", placeholder: "Write a message",
    send: "Send", greeting: "Hello! Ask me about orders, delivery, returns or refunds, or ask for a support ticket.",
    connecting: "Connecting…", offline: "No connection. Your messages are kept and sent when it is back.",
    typing: "The assistant is writing…", agentTyping: "The agent is writing…", you: "You", bot: "Assistant", agent: "Agent", source: "Source: ",
    waiting: "Not sent yet", retry: "Send again", failed: "Could not be sent", ticket: "Ticket", copied: "Copied",
    copy: "Copy", rate: "Rate this chat", comment: "Comment (optional)", rateSend: "Send rating", of: "of 5",
    filed: "filed", saved: "saved, will be filed", expired: "The earlier chat is no longer available; this is a new one.",
    unread: "new messages", log: "Conversation",
  };
  const LONGEST = 4000;

  const CSS = `
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
@media (max-width: 480px) { .panel { inset: 0; inline-size: 100vw; block-size: 100dvh; border: 0; border-radius: 0; } }
header { display: flex; align-items: center; justify-content: space-between; padding-block: 8px; padding-inline: 16px 8px;
  background: var(--accent); color: var(--on-accent); }
h2 { margin: 0; font-size: 1.05em; font-weight: 600; }
header :focus-visible { outline-color: var(--on-accent); outline-offset: -4px; }
.state { padding: 6px 16px; font-size: .875em; color: var(--muted); background: var(--soft); border-bottom: 1px solid var(--line); }
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
@media (forced-colors: active) { .words, .launch, .panel { border: 1px solid CanvasText; } }
@media print { .launch, form, .choices { display: none; } .panel { position: static; block-size: auto; } }`;

  /* Storage may be blocked: then the conversation lasts as long as the page. */
  const memory = new Map();
  const keep = {
    get(key) { try { return localStorage.getItem(key); } catch { return memory.get(key) ?? null; } },
    set(key, value) { memory.set(key, value); try { localStorage.setItem(key, value); } catch { /* kept in memory */ } },
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

  const newId = () => (crypto.randomUUID ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(""));

  class Chat extends HTMLElement {
    constructor() {
      super();
      this.key = `askonce:${base.host}`;
      this.last = 0;              // highest seq shown
      this.pending = new Map();   // client id -> {text, element}, until acknowledged
      this.tries = 0;
      this.unread = 0;
      this.customer = null;
      this.listeners = {};
      this.build();
    }

    connectedCallback() {
      if (keep.get(`${this.key}:token`)) this.connect();
      if (keep.get(`${this.key}:open`) === "1") this.open({ quiet: true });
      this.online = () => { this.tries = 0; this.connect(); };
      addEventListener("online", this.online);
    }

    disconnectedCallback() {
      removeEventListener("online", this.online);
      this.gone = true;
      this.ws?.close();
    }

    build() {
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      this.badge = make("span", { class: "badge", hidden: true });
      this.launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", onclick: () => this.open() },
        WORDS.open, this.badge);
      this.state = make("div", { class: "state", role: "status", hidden: true });
      this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.log, tabindex: "0" });
      this.input = make("textarea", { rows: "1", "aria-label": WORDS.placeholder, placeholder: WORDS.placeholder,
        autocomplete: "off", enterkeyhint: "send",
        onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); } },
        oninput: () => { this.writes(); this.input.style.height = "auto"; this.input.style.height = `${this.input.scrollHeight + 2}px`; } });
      this.form = make("form", { class: "say", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.input, make("button", { class: "go", type: "submit" }, WORDS.send));
      this.panel = make("section", { class: "panel", role: "dialog", "aria-label": WORDS.title, hidden: true,
        onkeydown: (event) => { if (event.key === "Escape") this.close(); } },
        make("header", {}, make("h2", {}, WORDS.title),
          make("button", { type: "button", "aria-label": WORDS.close, onclick: () => this.close() }, "✕")),
        this.state, this.log, this.form);
      for (const part of [this.launch, this.panel]) Object.assign(part, { dir: direction, lang: language });
      root.append(this.launch, this.panel);
      this.greet();
    }

    greet() {
      this.log.append(make("div", { class: "turn bot" }, make("p", { class: "words", dir: "auto" }, WORDS.greeting)));
    }

    /* ------------------------------------------------------------ opening and closing */

    open({ quiet = false } = {}) {
      this.panel.hidden = false;
      this.launch.hidden = true;
      this.launch.setAttribute("aria-expanded", "true");
      keep.set(`${this.key}:open`, "1");
      this.unread = 0;
      this.showUnread();
      this.connect();
      this.down();
      if (!quiet) this.input.focus();
    }

    close() {
      this.panel.hidden = true;
      this.launch.hidden = false;
      this.launch.setAttribute("aria-expanded", "false");
      keep.set(`${this.key}:open`, "0");
      this.launch.focus();
    }

    identify(customer) {
      this.customer = customer && { name: customer.name ?? null, email: customer.email ?? null };
      if (this.ready) this.hello();
    }

    on(name, listener) { (this.listeners[name] ??= []).push(listener); }

    tell(name, detail) { for (const listener of this.listeners[name] ?? []) listener(detail); }

    showUnread() {
      this.badge.hidden = this.unread === 0;
      this.badge.textContent = this.unread ? String(this.unread) : "";
      this.badge.setAttribute("aria-label", `${this.unread} ${WORDS.unread}`);
    }

    /* ------------------------------------------------------------ the connection */

    connect() {
      if (this.gone || (this.ws && this.ws.readyState <= WebSocket.OPEN)) return;
      clearTimeout(this.timer);
      this.say(this.tries ? WORDS.offline : WORDS.connecting);
      const url = new URL("/ws", base);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      const ws = this.ws = new WebSocket(url);
      ws.onopen = () => this.hello();
      ws.onmessage = (event) => this.receive(JSON.parse(event.data));
      ws.onclose = () => {
        if (this.ws !== ws || this.gone) return;
        this.ready = false;
        this.tries += 1;
        this.say(WORDS.offline);
        const wait = Math.min(15000, 400 * 2 ** Math.min(this.tries, 6)) * (0.7 + Math.random() * 0.6);
        this.timer = setTimeout(() => this.connect(), wait);
      };
    }

    hello() {
      this.ws.send(JSON.stringify({ type: "hello", token: keep.get(`${this.key}:token`), after: this.last, locale: LOCALE || null,
        customer: this.customer ?? undefined }));
    }

    receive(frame) {
      if (frame.type === "welcome") return this.welcomed(frame);
      if (frame.type === "turn") return this.show(frame);
      if (frame.type === "typing") return this.typing(frame.who);
      if (frame.type === "error") return this.failed(frame);
    }

    welcomed(frame) {
      keep.set(`${this.key}:token`, frame.token);
      const first = !this.ready;
      this.ready = true;
      this.tries = 0;
      this.say("");
      if (!first) return;
      for (const [id, { text }] of this.stored()) if (!this.pending.has(id)) this.showPending(id, text);
      for (const [id, { text }] of this.pending) this.push(id, text);
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
      this.ws.send(JSON.stringify({ type: "typing" }));
    }

    failed(frame) {
      if (frame.code === "bad_token") {
        keep.set(`${this.key}:token`, "");
        this.last = 0;
        this.log.append(make("p", { class: "note" }, WORDS.expired));
        this.ws.send(JSON.stringify({ type: "hello", token: null, after: 0, locale: LOCALE || null }));
        return;
      }
      const item = frame.id && this.pending.get(frame.id);
      if (item) {
        if (frame.code === "too_fast" || frame.code === "unavailable") {
          setTimeout(() => this.pending.has(frame.id) && this.push(frame.id, item.text), 1500 + Math.random() * 1000);
        } else this.mark(item, `${WORDS.failed}: ${frame.message}`, true);
      } else this.say(frame.message);
    }

    /* ------------------------------------------------------------ messages out */

    submit(text = this.input.value) {
      text = text.trim();
      if (!text) return;
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
      if (this.ready && this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({ type: "say", id, text }));
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
        this.mark(item, WORDS.waiting, false);
        this.push(id, item.text);
      } }, WORDS.retry));
      item.element.append(note);
    }

    stored() {
      try { return JSON.parse(keep.get(`${this.key}:unsent`) || "[]"); } catch { return []; }
    }

    remember() {
      keep.set(`${this.key}:unsent`, JSON.stringify([...this.pending].map(([id, { text }]) => [id, { text }])));
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
      this.say("");
      const element = this.element(turn.who, turn.text, turn);
      const waiting = this.pending.values().next().value?.element;
      this.log.insertBefore(element, waiting ?? null);
      if (turn.ticket) this.tell("ticket", turn.ticket);
      if (this.panel.hidden && turn.who !== "shopper") { this.unread += 1; this.showUnread(); }
      this.down();
    }

    element(who, text, turn = {}) {
      const words = make("p", { class: "words", dir: "auto" });
      this.linked(words, text);
      const element = make("div", { class: `turn ${who}` },
        make("span", { class: "who" }, `${{ shopper: WORDS.you, agent: WORDS.agent, system: WORDS.title }[who] ?? WORDS.bot}: `), words);
      if (who === "shopper") return element;
      for (const source of turn.sources ?? []) {
        element.append(make("details", {}, make("summary", {}, WORDS.source + source.title), make("blockquote", { dir: "auto" }, source.passage)));
      }
      if (turn.ticket) element.append(this.card(turn.ticket));
      if (turn.act === "invite_rating") element.append(this.rating());
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
        make("span", { class: "note" }, WORDS[ticket.status] ?? ticket.status), copy);
    }

    rating() {
      let score = 0;
      const go = make("button", { class: "go", type: "button", disabled: true, onclick: () => {
        this.ws.send(JSON.stringify({ type: "rate", score, comment: comment.value.trim() || undefined }));
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
      on: (name, listener) => chat.on(name, listener),
    };
    globalThis.dispatchEvent(new Event("askonce:ready"));
  };
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
})();
