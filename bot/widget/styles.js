/* How the widget looks, in one sheet of its Shadow DOM: light, dark, forced colours, print, right to left,
   telephones. No page's style reaches in. The shop's own colour is the matter of colours.js. */

export const STYLE = `
:host { all: initial; --accent: #2456d6; --on-accent: #fff; --back: #fff; --fore: #1b1d22; --soft: #f1f3f7;
  --line: #d5d9e2;
  --muted: #565c69; --error: #b3261e; color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :host { --accent: #8fb0ff; --on-accent: #0b1530; --back: #16181d;
  --fore: #eceef3;
  --soft: #23262e; --line: #3a3f4b; --muted: #aab0bd; --error: #ffb4ab; } }
* { box-sizing: border-box; font: inherit; }
[hidden] { display: none !important; }
button { cursor: pointer; border: 1px solid transparent; background: none; color: inherit; min-height: 44px;
  min-width: 44px;
  border-radius: 10px; padding: 0 12px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.launch { position: fixed; inset-block-end: 20px; right: 20px; z-index: 2147483000;
  background: var(--accent);
  color: var(--on-accent); border-radius: 28px; padding: 0 20px; min-height: 56px; font-weight: 600;
  box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
.badge { margin-inline-start: 8px; background: var(--on-accent); color: var(--accent); border-radius: 10px;
  padding: 1px 7px; }
.panel { position: fixed; inset-block-end: 20px; right: 20px; z-index: 2147483000; display: flex;
  flex-direction: column; inline-size: min(400px, calc(100vw - 40px)); block-size: min(640px, calc(100dvh - 40px));
  background: var(--back); color: var(--fore); border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  box-shadow: 0 10px 40px rgb(0 0 0 / .28); }
.left.launch, .left.panel { right: auto; left: 20px; }
@media (max-width: 480px), (max-height: 420px) { .panel, .left.panel { inset: 0; inline-size: 100vw;
  block-size: var(--tall, 100dvh); border: 0; border-radius: 0; } }
.head { display: flex; align-items: center; gap: 4px; padding-block: 8px; padding-inline: 16px 8px;
  position: relative;
  background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; }
.menu { position: absolute; inset-block-start: 100%; inset-inline-end: 8px; z-index: 1; display: grid;
  min-inline-size: 230px; padding: 6px;
  background: var(--back); color: var(--fore); border: 1px solid var(--line); border-radius: 12px;
  box-shadow: 0 6px 24px rgb(0 0 0 / .25); }
.menu button { text-align: start; } .menu button:hover { background: var(--soft); }
  .menu :focus-visible { outline-color: var(--accent); }
.sure { padding: 10px 16px; background: var(--soft); border-bottom: 1px solid var(--line); }
  .sure p { margin: 0 0 8px; } .sure button { border-color: var(--muted); }
.hours { padding: 6px 16px; font-size: .875em; color: var(--muted); border-bottom: 1px solid var(--line); }
.aloud { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
h2 { margin: 0; font-size: 1.05em; font-weight: 600; }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -4px; }
.over { position: relative; z-index: 1; }
.state { position: absolute; inset-inline: 0; padding: 6px 16px; font-size: .875em; color: var(--muted);
  background: var(--soft); border-bottom: 1px solid var(--line); }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column;
  gap: 10px; }
.turn { max-inline-size: 88%; align-self: flex-start; }
.turn.shopper { align-self: flex-end; }
.words { margin: 0; padding: 9px 13px; border-radius: 14px; background: var(--soft); white-space: pre-wrap;
  overflow-wrap: anywhere; }
.turn.system { align-self: center; text-align: center; } .system .words { background: none; color: var(--muted);
  font-size: .875em; }
.agent .words { border: 1px solid var(--accent); }
.shopper .words { background: var(--accent); color: var(--on-accent); }
.words a { color: inherit; }
.part { display: block; } .part + .part { margin-block-start: .8em; }
.kept { unicode-bidi: isolate; display: inline-block; max-inline-size: 100%; white-space: normal; }
.who { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.note { margin: 3px 4px 0; font-size: .8125em; color: var(--muted); }
.note button { min-height: 28px; min-width: 0; padding: 0 6px; text-decoration: underline; }
.failed .note { color: var(--error); }
details { font-size: .875em; margin: 4px 4px 0; color: var(--muted); }
summary { min-height: 28px; cursor: pointer; }
details a { display: inline-block; padding-block: 4px; color: var(--accent); }
blockquote { margin: 4px 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--line); }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.choices button, .stars button { border-color: var(--accent); color: var(--accent); background: var(--back); }
.card { margin-top: 6px; padding: 10px 13px; border: 1px solid var(--line); border-radius: 12px; display: flex;
  flex-wrap: wrap;
  align-items: center; gap: 4px 10px; }
.card b { font-weight: 700; }
.stars { display: flex; gap: 6px; margin: 8px 0; }
.stars button[aria-pressed=true] { background: var(--accent); color: var(--on-accent); }
form.say { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); align-items: flex-end; }
textarea { flex: 1; resize: none; min-height: 44px; max-height: 140px; padding: 10px 12px;
  border: 1px solid var(--muted);
  border-radius: 10px; background: var(--back); color: var(--fore); font-size: 16px; }
textarea:placeholder-shown { direction: inherit; }
.go { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.rating textarea { inline-size: 100%; }
@media (prefers-reduced-motion: no-preference) { .turn { animation: come .15s ease-out; } @keyframes come { from {
  opacity: 0; } } }
@media (forced-colors: active) { .words, .launch, .panel, button { border: 1px solid ButtonBorder; }
  .stars button[aria-pressed=true] { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
@media print { .launch, form, .choices, .menu, .head button, .hours, .sure { display: none !important; } .panel {
  position: static; block-size: auto; inline-size: auto; border: 0; box-shadow: none; }
  .log { overflow: visible; } .words, .shopper .words, .head { background: none; color: #000; border: 1px solid #999;
  } }`;
