/* How the widget looks, in one sheet of its Shadow DOM: light, dark, forced colours, print, right to left,
   telephones. No page's style reaches in. The shop's own colour is the matter of looks.js. */

export const STYLE = `
:host { all: initial; }
.launch.launch, .panel.panel { font: max(16px, 1rem)/1.45 system-ui, sans-serif; }
.launch, .panel { --accent: #2456d6; --ink: #2456d6; --on-accent: #fff; --back: #fff; --fore: #1b1d22; --soft: #f1f3f7;
  --line: #d5d9e2; --muted: #565c69; --error: #b3261e; color-scheme: light; inset: auto; margin: 0; }
.dark { --accent: #8fb0ff; --ink: #8fb0ff; --on-accent: #0b1530; --back: #16181d; --fore: #eceef3; --soft: #23262e;
  --line: #3a3f4b; --muted: #aab0bd; --error: #ffb4ab; color-scheme: dark; }
* { box-sizing: border-box; font: inherit; }
[hidden] { display: none !important; }
button { cursor: pointer; border: 1px solid transparent; background: none; color: inherit; min-height: 44px;
  min-width: 44px; border-radius: 10px; padding: 0 12px; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.launch { position: fixed; inset-block-end: calc(var(--bottom, 20px) + env(safe-area-inset-bottom));
  right: calc(var(--side, 20px) + env(safe-area-inset-right)); z-index: var(--layer, 2147483000);
  background: var(--accent); color: var(--on-accent); border-radius: 28px; padding: 0 20px; min-height: 56px;
  font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
.badge { margin-inline-start: 8px; background: var(--on-accent); color: var(--accent); border-radius: 10px;
  padding: 1px 7px; }
.panel { position: fixed; inset-block-end: calc(var(--bottom, 20px) + env(safe-area-inset-bottom));
  right: calc(var(--side, 20px) + env(safe-area-inset-right)); z-index: var(--layer, 2147483000); display: flex;
  flex-direction: column; padding: 0; inline-size: min(400px, calc(100vw - 2 * var(--side, 20px)));
  block-size: min(660px, calc(100dvh - 2 * var(--bottom, 20px)));
  background: var(--back); color: var(--fore); border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  box-shadow: 0 10px 40px rgb(0 0 0 / .28); }
.left.launch, .left.panel { right: auto; left: calc(var(--side, 20px) + env(safe-area-inset-left)); }
@media (max-width: 480px), (max-height: 420px) { .panel, .left.panel { inset: var(--top, 0) 0 auto 0;
  inline-size: 100vw; max-inline-size: none; block-size: var(--tall, 100dvh); border: 0; border-radius: 0; }
  .head { padding-block-start: max(8px, env(safe-area-inset-top)); }
  form.say { padding-block-end: max(10px, env(safe-area-inset-bottom)); } }
.head { display: flex; align-items: center; gap: 4px; padding-block: 8px; padding-inline: 8px;
  position: relative; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; min-inline-size: 0; overflow-wrap: anywhere; padding-inline-start: 4px; }
.logo { block-size: 32px; max-inline-size: 120px; object-fit: contain; }
.to-home { font-size: 1.25em; }
.menu { position: absolute; inset-block-start: 100%; inset-inline-end: 8px; z-index: 3; display: grid;
  min-inline-size: 230px; padding: 6px; background: var(--back); color: var(--fore);
  border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 6px 24px rgb(0 0 0 / .25);
  max-block-size: 60vh; overflow-y: auto; }
.menu button { text-align: start; } .menu button:hover { background: var(--soft); }
.sure { padding: 10px 16px; background: var(--soft); border-bottom: 1px solid var(--line); }
  .sure p { margin: 0 0 8px; } .sure button { border-color: var(--muted); }
  .sure .grave { background: var(--error); border-color: var(--error); color: var(--back); font-weight: 600; }
.hours { padding: 6px 16px; font-size: .875em; color: var(--muted); border-bottom: 1px solid var(--line); }
.aloud, .who { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
h2, h3 { margin: 0; font-size: 1.05em; font-weight: 600; }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -4px; }
.head .menu :focus-visible { outline-color: var(--ink); }
.over, .under { position: relative; z-index: 2; }
.state { position: absolute; inset-inline: 0; padding: 6px 16px; font-size: .875em; color: var(--muted);
  background: var(--soft); border-bottom: 1px solid var(--line); }
.state button, .note button { min-height: 28px; min-width: 28px; padding: 0 6px; text-decoration: underline; }
.newest { position: absolute; inset-block-end: 8px; inset-inline-start: 50%; translate: -50% 0; white-space: nowrap;
  background: var(--accent); color: var(--on-accent); border-radius: 22px; box-shadow: 0 2px 10px rgb(0 0 0 / .3); }
[dir=rtl] .newest { translate: 50% 0; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column;
  gap: 4px; }
[data-view=beginning] .log { flex: none; padding-block-end: 4px; max-block-size: 40%; }
[data-view=home] :is(.log, .newest), [data-view=chat] .home, .panel:not([data-view=consent]) .consent,
[data-view=consent] :is(.log, .home, form.say, .hours, .to-home, .newest) { display: none; }
.home { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 8px 16px 16px; display: flex;
  flex-direction: column; gap: 12px; }
.home ul { list-style: none; margin: 6px 0 0; padding: 0; border: 1px solid var(--line); border-radius: 12px;
  overflow: hidden; }
.home li + li { border-top: 1px solid var(--line); }
.home li > button, .home li > a { display: block; inline-size: 100%; text-align: start; padding: 11px 14px;
  min-height: 44px; border-radius: 0; color: var(--fore); text-decoration: none; }
.home li > a { color: var(--ink); text-decoration: underline; padding-block-end: 2px; }
.home li > :is(button, a):hover { background: var(--soft); }
.home li > :focus-visible, .home li > :is(button, a):focus-visible { outline-offset: -3px; }
.home li p { margin: 0 14px 10px; font-size: .875em; color: var(--muted); overflow-wrap: anywhere; overflow: hidden;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; }
.home h3 { font-size: .875em; color: var(--muted); }
.ways { display: flex; flex-wrap: wrap; gap: 8px; position: sticky; inset-block-end: -16px; padding-block: 8px 12px;
  margin-block-end: -12px; background: var(--back); } .ways .wide { flex: 1; }
.wide { border-color: var(--ink); color: var(--ink); background: var(--back); font-weight: 600;
  padding-block: 6px; overflow-wrap: anywhere; }
.found { display: flex; flex-direction: column; gap: 8px; } .found:empty { display: none; }
.consent { flex: 1; overflow-y: auto; padding: 24px 20px; } .consent a { color: var(--ink); }
input[type=search] { inline-size: 100%; min-height: 44px; padding: 8px 12px; border: 1px solid var(--muted);
  border-radius: 10px; background: var(--back); color: var(--fore); font-size: max(16px, 1em); }
.turn { max-inline-size: 88%; align-self: flex-start; }
.turn.shopper { align-self: flex-end; position: relative; }
.turn.first, .day { margin-block-start: 10px; }
.greeting { margin-block-start: 0 !important; }
.words { margin: 0; padding: 9px 13px; border-radius: 14px; background: var(--soft); white-space: pre-wrap;
  overflow-wrap: anywhere; }
.by { display: flex; align-items: center; gap: 6px; margin: 0 2px 4px; font-size: .8125em; color: var(--muted); }
.shopper .by { justify-content: flex-end; }
.name { font-weight: 600; color: var(--fore); }
.face { inline-size: 28px; block-size: 28px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  display: inline-grid; place-items: center; font-weight: 700; text-transform: uppercase; overflow: hidden;
  position: relative; flex: none; }
.face img { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; }
.agent .face { background: var(--fore); color: var(--back); }
.day { align-self: stretch; text-align: center; margin-block-end: 0; font-size: .8125em; color: var(--muted); }
.day span::first-letter { text-transform: uppercase; }
.day span { display: inline-block; }
.turn.system { align-self: center; text-align: center; } .system .words { background: none; color: var(--muted);
  font-size: .875em; }
.agent .words { border: 1px solid var(--ink); }
.shopper .words { background: var(--accent); color: var(--on-accent); }
.words a { color: inherit; }
.part { display: block; } .part + .part { margin-block-start: .8em; }
.kept { unicode-bidi: isolate; display: inline-block; max-inline-size: 100%; white-space: normal; }
.note { margin: 3px 4px 0; font-size: .8125em; color: var(--muted); }
.sign { position: absolute; inset-block-end: 4px; inset-inline-start: -20px; inline-size: 14px; block-size: 14px;
  border: 2px solid var(--muted); border-radius: 50%; }
.sign::after { content: ""; position: absolute; inset-block-start: 1px; inset-inline-start: 4px; inline-size: 2px;
  block-size: 5px; background: var(--muted); }
.failed .note { color: var(--error); }
.files { display: flex; flex-direction: column; gap: 4px; align-items: flex-end; }
.file { display: grid; gap: 0 8px; padding: 8px 12px; text-align: start; border: 1px solid var(--line);
  background: var(--soft); color: var(--fore); max-inline-size: 100%; overflow-wrap: anywhere; }
.file img { max-inline-size: 220px; max-block-size: 180px; border-radius: 8px; margin-block-end: 4px; }
.size { font-size: .8125em; color: var(--muted); }
.way { display: flex; align-items: center; flex-wrap: wrap; gap: 4px; justify-content: flex-end; }
progress { inline-size: 120px; accent-color: var(--ink); }
.clip { padding: 0; font-size: 1.6em; line-height: 1; color: var(--muted); }
.dots .words { display: inline-flex; gap: 4px; align-items: center; min-block-size: 2.6em; }
.dots i { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); }
.source { font-size: .875em; margin: 4px 0 0; color: var(--muted); border: 1px solid var(--line); border-radius: 10px;
  padding: 2px 12px; }
summary { min-height: 28px; cursor: pointer; padding-block: 4px; display: flex; gap: .4em; }
summary::-webkit-details-marker { display: none; }
summary::after { content: "⌄" / ""; margin-inline-start: auto; } [open] > summary::after { content: "⌃" / ""; }
.source a { display: inline-block; padding-block: 4px; color: var(--ink); }
blockquote { margin: 4px 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--line); }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px; }
.choices button { border-color: var(--ink); color: var(--ink); background: var(--back); padding-block: 6px;
  text-align: start; }
.card { margin-top: 6px; padding: 8px 13px; border: 1px solid var(--line); border-radius: 12px; display: flex;
  flex-wrap: wrap; align-items: center; gap: 2px 10px; }
.card b { font-weight: 700; } .card .label { color: var(--muted); }
.copy { color: var(--ink); text-decoration: underline; min-height: 32px; padding: 0 6px; margin-inline-start: auto; }
.stage { flex-basis: 100%; display: flex; align-items: center; gap: 8px; font-size: .875em; color: var(--muted); }
.stage::before { content: ""; inline-size: 10px; block-size: 10px; border-radius: 50%; border: 2px solid var(--muted); }
[data-status=filed] .stage::before { background: var(--ink); border-color: var(--ink); }
fieldset { border: 0; margin: 8px 0 0; padding: 0; } legend { padding: 0; font-size: .875em; color: var(--muted); }
.stars { display: flex; margin: 4px 0 8px; }
.star { position: relative; inline-size: 44px; block-size: 44px; display: grid; place-items: center; font-size: 1.8em;
  line-height: 1; color: var(--muted); }
.star input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; inline-size: 100%;
  block-size: 100%; }
.star span { pointer-events: none; }
.star:has(:focus-visible) { outline: 3px solid var(--ink); outline-offset: -3px; border-radius: 10px; }
.star:has(~ .star :checked), .star:has(:checked) { color: var(--ink); }
.star:not(:has(~ .star :checked), :has(:checked)) span { opacity: .55; }
form.say { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); align-items: flex-end; }
textarea { flex: 1; resize: none; min-height: 44px; max-height: 140px; padding: 10px 12px;
  border: 1px solid var(--muted); border-radius: 10px; background: var(--back); color: var(--fore);
  font-size: max(16px, 1em); }
::placeholder { color: var(--muted); opacity: 1; }
textarea:placeholder-shown { direction: inherit; }
.go { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.go[disabled] { background: var(--soft); color: var(--muted); cursor: default; }
.rating textarea { inline-size: 100%; margin-block-end: 6px; }
@media (prefers-reduced-motion: no-preference) { .turn { animation: come .15s ease-out; } .sign {
  animation: come .2s ease-out .8s backwards; } .dots i { animation: nod 1.2s infinite; } .dots i + i {
  animation-delay: .15s; } .dots i + i + i { animation-delay: .3s; } @keyframes come { from { opacity: 0; } }
  @keyframes nod { 30% { opacity: .25; } } }
@media (forced-colors: active) { .words, .launch, .panel, button { border: 1px solid ButtonBorder; }
  .star:has(~ .star :checked), .star:has(:checked) { color: Highlight; forced-color-adjust: none; }
  .dots i, .sign::after { background: CanvasText; } }
@media print { .launch, form, .choices, .menu, .head button, .hours, .sure, .home, .under, .copy {
  display: none !important; } .panel.panel { position: static; display: block; block-size: auto; inline-size: auto;
  max-block-size: none; overflow: visible; border: 0; box-shadow: none; }
  .log.log { display: block; overflow: visible; max-block-size: none; } .turn { break-inside: avoid; }
  .words, .shopper .words, .head { background: none; color: #000; border: 1px solid #999; } }`;
