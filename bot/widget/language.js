/* Which language the widget speaks: that of the chat, which follows the shopper's own words, and the page's where a
   chat begins or there are no words in the chat's. The storage keeps the chat's, so that a page that is loaded again
   comes up in it. Nothing is shown from here. */

import { LOCALE, given } from "./page.js";
import { keep } from "./storage.js";
import { english, learn, speak, speech } from "./words.js";
/** @import { Given } from "./page.js" */
/** @import { Learned } from "./words.js" */

/** How the page is written, whatever the chat is in. */
export const home = { direction: "ltr", language: "en" };

/** `lang` and `dir` of words that the shop may have given under this name: then they are in the page's language.
    @param {keyof Given} name */
export const shops = (name) => ({
  lang: () => (given[name] ? LOCALE || document.documentElement.lang : speech.language),
  dir: () => (given[name] ? "auto" : speech.direction),
});

let page = english;  // the page's words
let wanted = "";     // the language that was asked for last; "": the page's

/** At the start: the page's words, and those of the chat that goes on here. */
export const prepare = async () => {
  wanted = keep.get("language") || "";
  const [own, chats] = await Promise.all([learn(LOCALE), wanted ? learn(wanted) : null]);
  page = own ?? english;
  Object.assign(home, { direction: page.direction, language: page.language });
  speak(chats ?? page);
};

/** `changed()` where other words are spoken from now on.
    @param {Learned} found @param {() => void} changed */
const use = (found, changed) => {
  if (found.language === speech.language) return;
  speak(found);
  changed();
};

/** The page's, at once: there is no chat here (any more). What the storage knows of another tab's stays.
    @param {() => void} changed */
export const back = (changed) => {
  wanted = "";
  use(page, changed);
};

/** The chat is in `language`, null where nothing was said in it. While the words are not there the old ones stay.
    @param {string | null} language @param {() => void} changed */
export const follow = async (language, changed) => {
  keep.set("language", language ?? "");
  if (!language) return back(changed);
  wanted = language;
  const found = await learn(language);
  if (wanted === language) use(found ?? page, changed);
};
