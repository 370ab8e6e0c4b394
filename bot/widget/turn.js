/* One turn as it is drawn: who speaks, what was said, sources, a ticket, stars. It draws what the turn holds and
   remembers nothing. */

import { make } from "./elements.js";
import { figure } from "./file.js";
import { at, given } from "./page.js";
import { said } from "./said.js";
import { date, time } from "./when.js";
import { WORDS, nameOf, saidIn } from "./words.js";
/** @import { FileShown, Source, TicketShown, Turn } from "frames" */
/** @import { Saying } from "./said.js" */
/** @typedef {Saying & { who: Turn["who"], at: string, agent?: string | null }} Spoken */
/** @typedef {{ rating: () => HTMLElement | null, card: (ticket: TicketShown) => HTMLElement | null,
      load: (path: string) => Promise<string>, look: (file: FileShown) => void }} Needs */

/** A picture that the shop names, or the first letter of the name. A picture that the page does not let in leaves the
    letter.
    @param {Turn["who"]} who @param {() => string} name */
const face = (who, name) => {
  const picture = who === "agent" ? given.agentPicture : given.picture;
  const circle = make("span", { class: "face", "aria-hidden": "true" }, () => [...name()][0] ?? "");
  if (!picture) return circle;
  /** @type {HTMLImageElement} */
  const image = make("img", { alt: "", src: new URL(picture, location.href).href, onerror: () => image.remove() });
  circle.append(image);
  return circle;
};

/** Over the first of several turns of one speaker: face, name and time. To the ear the name stands before each.
    @param {Spoken} turn @param {() => string} name */
const head = (turn, name) => make("p", { class: "by" },
  ...(turn.who === "shopper" ? []
    : [face(turn.who, name), make("bdi", { class: "name", "aria-hidden": "true" }, name)]),
  ...(turn.at ? [make("time", { datetime: turn.at }, () => time(new Date(turn.at)))] : []));

/** @param {Spoken} turn @param {boolean} first */
const spoken = (turn, first) => {
  const name = () => (turn.who === "agent" && turn.agent) || (turn.who === "bot" && given.bot) || nameOf(turn.who);
  return make("div", { class: `turn ${turn.who}${first ? " first" : ""}` },
    ...(first && turn.who !== "system" ? [head(turn, name)] : []),
    make("span", { class: "who" }, () => `${name()}: `), said("p", turn, { class: "words" }));
};

/** @param {FileShown[]} files @param {Needs} needs */
const pictures = (files, needs) => make("div", { class: "files" }, ...files.map((file) => figure(
  { ...file, picture: file.thumbnail && needs.load(file.thumbnail) }, () => needs.look(file))));

/** @param {string} url */
const page = (url) => make("a", { href: at(url).href, target: "_blank", rel: "noopener" }, () => WORDS.article);

/** The place that was quoted is shown where the reply does not say it already, word for word.
    @param {Source} source @param {string} reply */
const source = ({ title, passage, language, url, revised }, reply) => make("details", { class: "source" },
  make("summary", {}, () => WORDS.source, make("bdi", saidIn(language), title)),
  ...(reply.includes(passage) && url ? [] : [said("blockquote", { who: "bot", text: passage, language, parts: null })]),
  ...(url ? [page(url)] : []), ...(revised ? [make("p", { class: "note" },
    () => WORDS.revised.replace("{when}", date(revised)))] : []));

/** A shopper's own words, of which the server has not told the language yet.
    @param {string} text @param {boolean} first */
export const ownWords = (text, first) =>
  spoken({ who: "shopper", text, language: null, parts: null, at: new Date().toISOString() }, first);

/** The server has the shopper's words: the same element shows them as they are stored, in their language. Files stay as
    they are shown, and get their time. `first`: of several turns of theirs.
    @param {HTMLElement} element @param {Turn} turn @param {boolean} first */
export const acknowledge = (element, turn, first) => {
  if (first && !element.querySelector(".by")) {
    element.classList.add("first");
    element.prepend(head(turn, () => ""));
  }
  const shown = element.querySelector(".words"), stored = said("p", turn, { class: "words" });
  if (shown?.outerHTML !== stored.outerHTML) shown?.replaceWith(stored);
  return element;
};

/** A turn from the server. `first`: of several of one speaker's. `needs`: rating() -> a form or null; card(ticket) -> a
    card or null; load(path) -> the address of a picture that only this chat may see; look(file) shows all of it.
    @param {Turn} turn @param {boolean} first @param {Needs} needs */
export const drawn = (turn, first, needs) => {
  const element = spoken(turn, first);
  if (turn.files?.length) element.querySelector(".words")?.replaceWith(pictures(turn.files, needs));
  if (turn.who === "shopper") return element;
  for (const found of turn.sources ?? []) element.append(source(found, turn.text));
  const card = turn.ticket && needs.card(turn.ticket);
  if (card) element.append(card);
  const form = turn.act === "invite_rating" && needs.rating();
  if (form) element.append(form);
  return element;
};
