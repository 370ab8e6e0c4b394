/* Every word that the widget says by itself: English here, another language fetched before the chat is built. The
   names are those of the "widget" part of the bot's locale files. What the bot says is none of this: it comes as
   turns. */

import { LOCALE, base } from "./page.js";

export const WORDS = {
  open: "Chat with us", title: "Help", close: "Close the chat", placeholder: "Write a message",
  send: "Send", greeting: "Hello! Ask me about orders, delivery, returns or refunds, or ask for a support ticket.",
  connecting: "Connecting…", offline: "No connection. Your messages are kept and sent when it is back.",
  typing: "The assistant is writing…", agentTyping: "The agent is writing…",
  you: "You", bot: "Assistant", agent: "Agent", source: "Source: ",
  waiting: "Not sent yet", retry: "Send again", failed: "Could not be sent", ticket: "Ticket", copied: "Copied",
  copy: "Copy", rate: "Rate this chat", comment: "Comment (optional)", rateSend: "Send rating", of: "of 5",
  filed: "filed", saved: "saved, will be filed", expired: "The earlier chat is no longer available; this is a new one.",
  next: "A first acknowledgement comes by email within 24-48 hours.",
  unread: { one: "{count} new message", other: "{count} new messages" }, log: "Conversation",
  more: "More", copyAll: "Copy this chat", download: "Download this chat",
  sound: "Sound for new messages", startOver: "Start a new chat",
  startSure: "Start a new chat? This one is closed here.",
  erase: "Delete this chat", eraseSure: "Delete this chat for good? A ticket that is on its way is still filed.",
  yes: "Yes", keep: "No, keep it", erased: "The chat was deleted. This is a new one.", fresh: "This is a new chat.",
  slow: "That was a little fast; it is sent again in a moment.",
  away: "The chat is busy; your message is sent again in a moment.",
  unkept: "This browser keeps nothing, so the chat ends with this page.",
  hoursOpen: "Our team is available now", hoursNext: "Our team is back:", hours: "Live agents:",
};

/** How the words are written: their direction and their language, for `dir`, `lang` and dates. */
export const speech = { direction: "ltr", language: "en" };

/** The words of the page's language in the place of the English ones. */
export const learn = async () => {
  if (!LOCALE || /^en\b/i.test(LOCALE)) return;
  try {
    const found = await (await fetch(new URL(`/widget/words/${encodeURIComponent(LOCALE)}.json`, base))).json();
    Object.assign(WORDS, found.words);
    ({ direction: speech.direction, language: speech.language } = found);
  } catch { /* the words are unreachable: English is better than nothing */ }
};

/** How many of something there are, in the form that the language has for that number (CLDR's plural rules). */
export const counted = (forms, count) =>
  (forms[new Intl.PluralRules(speech.language).select(count)] ?? forms.other).replace("{count}", count);

/** What the one who speaks is called: `shopper`, `agent`, `system`, or the bot. */
export const nameOf = (who) => ({ shopper: WORDS.you, agent: WORDS.agent, system: WORDS.title })[who] ?? WORDS.bot;
