/* The shopper's own copy of the chat, to the clipboard or as a file. Only what was shown; nothing is fetched for it. */

import { make } from "./elements.js";
import { nameOf, speech } from "./words.js";
/** @import { Turn } from "frames" */

/** @param {Turn} turn */
const when = (turn) => new Date(turn.at).toLocaleString(speech.language);
/** @param {Turn[]} turns */
const transcript = (turns) => turns.map((turn) => `[${when(turn)}] ${nameOf(turn.who)}: ${turn.text}`).join("\n\n");

/** @param {Turn[]} turns */
export const download = (turns) => {
  const address = URL.createObjectURL(new Blob([transcript(turns)], { type: "text/plain;charset=utf-8" }));
  make("a", { href: address, download: `chat-${new Date().toISOString().slice(0, 10)}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};

/** To the clipboard, then `copied()`; where the page may not write there, a file.
    @param {Turn[]} turns @param {() => void} copied */
export const copyAll = async (turns, copied) => {
  try {
    await navigator.clipboard.writeText(transcript(turns));
    copied();
  } catch {
    download(turns);
  }
};
