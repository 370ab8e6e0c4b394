/* Words that somebody said, as they stand in a bubble: each language marked, so that a screen reader changes its voice
   and a line its direction; addresses and numbers kept whole and apart from the direction around them. */

import { make } from "./elements.js";
import { saidIn } from "./words.js";
/** @import { Part } from "frames" */
/** @typedef {{ who: string, text: string, language: string | null, parts?: Part[] | null }} Saying */

/* A link, an email address, a telephone number, and whatever may be a reference or the number of an order. */
const KEPT = new RegExp([
  /(?<link>https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/, /(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/, /\+\d[\d ()-]{5,}\d/,
  /(?<![\p{Script=Latin}\p{N}_-])(?<code>#?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?![\p{Script=Latin}\p{N}_])/u,
].map(({ source }) => source).join("|"), "gu");

/** A number among the words: with a sign or letters about it, or too long for a count of days.
    @param {string} code */
const isNumber = (code) => /\d/.test(code) && (/[A-Za-z#]/.test(code) || code.replaceAll("-", "").length > 4);

/** @param {RegExpMatchArray} found @param {Record<string, string>} groups */
const kept = ([words], { link, mail, code }) => {
  if (code && !isNumber(code)) return null;
  const where = link ? { href: link, rel: "noopener noreferrer", target: "_blank" }
    : mail && { href: `mailto:${mail}` };
  return make("bdi", { class: "kept", dir: "ltr" }, where ? make("a", where, words) : words);
};

/** @template {HTMLElement} Kind @param {Kind} target @param {string} text */
const filled = (target, text) => {
  let from = 0;
  for (const found of text.matchAll(KEPT)) {
    const element = kept(found, found.groups ?? {});
    if (!element) continue;
    target.append(text.slice(from, found.index), element);
    from = found.index + found[0].length;
  }
  target.append(text.slice(from));
  return target;
};

/** A turn's words, in an element of this kind for the whole and one within for each part in a language of its own. What
    a shopper writes may hold anything, so its letters show its direction.
    @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {Saying} turn
    @param {{ class?: string }} [attributes] */
export const said = (tag, { who, text, language, parts }, attributes = {}) => {
  const target = make(tag, { ...attributes, ...saidIn(language), ...(who === "shopper" && { dir: "auto" }) });
  if (!parts?.length) return filled(target, text);
  target.append(...parts.map((part) => filled(make("span", { class: "part", ...saidIn(part.language) }), part.text)));
  return target;
};

/** A reference, or whatever else stands for itself in any language.
    @param {keyof HTMLElementTagNameMap} tag @param {string} words */
export const apart = (tag, words) => make(tag, {}, make("bdi", { class: "kept", dir: "ltr" }, words));
