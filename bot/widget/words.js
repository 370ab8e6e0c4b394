/* Every word that the widget says by itself: English here, other languages fetched, each once. The names are those of
   the "widget" part of the bot's locale files. What the bot says is none of this: it comes as turns. Which language is
   spoken is not decided here. */

import { at } from "./page.js";

const ENGLISH = {
  open: "Chat with us", title: "Help", close: "Close the chat", placeholder: "Write a message",
  send: "Send", attach: "Send a photo or a file", file: "File", sending: "Being sent", cancel: "Cancel",
  greeting: "Hello! Ask me about orders, delivery, returns or refunds, or ask for a support ticket.",
  connecting: "Connecting…", offline: "No connection. Your messages are kept and sent when it is back.",
  typing: "The assistant is writing…", agentTyping: "The agent is writing…",
  you: "You", bot: "Assistant", agent: "Agent", source: "Source: ", article: "Read the article",
  revised: "Last revised on {when}", home: "Home", topics: "What others ask",
  search: "Search the help pages", found: "Found in the help pages",
  foundNone: "Nothing found in the help pages. Ask here instead.", askIt: "Ask: {words}",
  talk: "Talk to us", talkSaid: "I would like to talk to a person", wish: "Open a ticket",
  wishSaid: "Please open a ticket", back: "Back to the chat", earlier: "Earlier chats", newest: "To the latest message",
  hanging: "The connection hangs; it is made anew.", tryNow: "Try now",
  notHere: "The chat is not available on this page.",
  consentGo: "Begin the chat", consentMore: "Read more",
  waiting: "Not sent yet", retry: "Send again", failed: "Could not be sent", ticket: "Ticket", copied: "Copied",
  copy: "Copy", rate: "Rate this chat", comment: "Comment (optional)", rateSend: "Send rating", of: "of 5",
  score1: "very bad", score2: "bad", score3: "neither good nor bad", score4: "good", score5: "very good",
  filed: "filed", saved: "saved, will be filed", expired: "The earlier chat is no longer available; this is a new one.",
  unread: { one: "{count} new message", other: "{count} new messages" }, log: "Conversation",
  more: "More", copyAll: "Copy this chat", download: "Download this chat",
  sound: "Sound for new messages", startOver: "Start a new chat",
  startSure: "Start a new chat? This one is closed here.",
  erase: "Delete this chat", eraseSure: "Delete this chat for good? A ticket that is on its way is still filed.",
  yes: "Yes", keep: "No, keep it", erased: "The chat was deleted. This is a new one.", fresh: "This is a new chat.",
  slow: "That was a little fast; it is sent again in a moment.",
  away: "The chat is busy; your message is sent again in a moment.",
  unkept: "This browser keeps nothing, so the chat ends with this page.",
  hoursOpen: "We answer live now", hoursUntil: "We answer live until {when}",
  hoursNext: "Our team is back:", hours: "Live agents:",
};

/** The words of a language, as the server gives them, and how they are written.
    @typedef {{ direction: string, language: string, words: Partial<typeof ENGLISH> }} Learned */
/** The words in the language that is spoken now. */
export const WORDS = { ...ENGLISH };

/** How the words are written: their direction and their language, for `dir`, `lang` and dates. */
export const speech = { direction: "ltr", language: "en" };

/** English, as `learn` gives the others.
    @type {Learned} */
export const english = { direction: "ltr", language: "en", words: {} };

/* Written from right to left, of the languages that anybody writes to a shop in. */
const LEFTWARDS = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i;

/** `lang` and `dir` of what is said in `language`; null: nobody can tell, and its first letters show the direction.
    @param {string | null} language */
export const saidIn = (language) => (language ? { lang: language, dir: LEFTWARDS.test(language) ? "rtl" : "ltr" }
  : { lang: "", dir: "auto" });

/** @type {Map<string, Promise<Learned | null>>} */
const learned = new Map();  // language -> a promise of its words

/** @param {string} language @returns {Promise<Learned | null>} */
const fetched = async (language) => {
  const found = await (await fetch(at(`/widget/words/${encodeURIComponent(language)}.json`))).json();
  return language.toLowerCase().startsWith(found.language) ? found : null;
};

/** The words of a language, {language, direction, words}, or null where there are none or they are out of reach.
    @param {string} language */
export const learn = async (language) => {
  if (!language || /^en\b/i.test(language)) return english;
  if (!learned.has(language)) learned.set(language, fetched(language));
  try {
    return await learned.get(language);
  } catch {
    learned.delete(language);  // the network: the next who asks may have more luck
    return null;
  }
};

/** From now on these words; what shows the old ones is not changed here.
    @param {Learned} learned */
export const speak = ({ direction, language, words }) => {
  Object.assign(WORDS, ENGLISH, words);
  Object.assign(speech, { direction, language });
};

/** How many of something there are, in the form that the language has for that number (CLDR's plural rules).
    @param {Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }} forms @param {number} count */
export const counted = (forms, count) =>
  (forms[new Intl.PluralRules(speech.language).select(count)] ?? forms.other).replace("{count}", String(count));

/** What the one who speaks is called: `shopper`, `agent`, `system`, or the bot.
    @param {string} who */
export const nameOf = (who) =>
  /** @type {Record<string, string>} */
  ({ shopper: WORDS.you, agent: WORDS.agent, system: WORDS.title })[who] ?? WORDS.bot;
