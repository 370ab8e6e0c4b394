/* One turn as it is drawn: who speaks, the words with their addresses as links, sources, a ticket, stars, choices. It
   draws what the turn holds and remembers nothing. */

import { card } from "./card.js";
import { make } from "./elements.js";
import { WORDS, nameOf } from "./words.js";

const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;

const linked = (target, text) => {
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const where = found[1] ? { href: found[1], rel: "noopener noreferrer", target: "_blank" }
      : { href: `mailto:${found[2]}` };
    target.append(text.slice(from, found.index), make("a", where, found[0]));
    from = found.index + found[0].length;
  }
  target.append(text.slice(from));
  return target;
};

const spoken = (who, text) => make("div", { class: `turn ${who}` },
  make("span", { class: "who" }, `${nameOf(who)}: `), linked(make("p", { class: "words", dir: "auto" }), text));

const passage = (source) => make("details", {},
  make("summary", {}, WORDS.source + source.title), make("blockquote", { dir: "auto" }, source.passage));

/** A shopper's own words. */
export const ownWords = (text) => spoken("shopper", text);

/** A turn from the server. `needs`: rating() -> a form or null; choose(words) for a tapped choice. */
export const drawn = (turn, needs) => {
  const element = spoken(turn.who, turn.text);
  if (turn.who === "shopper") return element;
  for (const source of turn.sources ?? []) element.append(passage(source));
  if (turn.ticket) element.append(card(turn.ticket));
  const form = turn.act === "invite_rating" && needs.rating();
  if (form) element.append(form);
  if (turn.choices?.length) {
    element.append(make("div", { class: "choices" }, ...turn.choices.map((choice) =>
      make("button", { type: "button", onclick: () => needs.choose(choice) }, choice))));
  }
  return element;
};
