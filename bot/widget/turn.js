/* One turn as it is drawn: who speaks, what was said, sources, a ticket, stars, choices. It draws what the turn holds
   and remembers nothing. */

import { card } from "./card.js";
import { make } from "./elements.js";
import { base } from "./page.js";
import { said } from "./said.js";
import { WORDS, nameOf, saidIn } from "./words.js";

const spoken = (turn) => make("div", { class: `turn ${turn.who}` },
  make("span", { class: "who" }, () => `${nameOf(turn.who)}: `), said("p", turn, { class: "words" }));

const page = (url) => make("a", { href: new URL(url, base).href, target: "_blank", rel: "noopener" },
  () => WORDS.article);

const passage = ({ title, passage: text, language, url }) => make("details", {},
  make("summary", {}, () => WORDS.source, make("bdi", saidIn(language), title)),
  said("blockquote", { who: "bot", text, language, parts: null }),
  ...(url ? [page(url)] : []));

/** A shopper's own words, of which the server has not told the language yet. */
export const ownWords = (text) => spoken({ who: "shopper", text, language: null, parts: null });

/** A turn from the server. `needs`: rating() -> a form or null; choose(words) for a tapped choice. */
export const drawn = (turn, needs) => {
  const element = spoken(turn);
  if (turn.who === "shopper") return element;
  for (const source of turn.sources ?? []) element.append(passage(source));
  if (turn.ticket) element.append(card(turn.ticket));
  const form = turn.act === "invite_rating" && needs.rating();
  if (form) element.append(form);
  if (turn.choices?.length) {
    element.append(make("div", { class: "choices", ...saidIn(turn.language) }, ...turn.choices.map((choice) =>
      make("button", { type: "button", onclick: () => needs.choose(choice) }, make("bdi", {}, choice)))));
  }
  return element;
};
