/* A short tone for a new turn, off until the shopper wants it. Nobody else may make a noise. */

import { keep } from "./storage.js";

const SECONDS = .25;
/** @type {AudioContext | undefined} */
let speaker;  // one for the page, made with the first tone: browsers want a click before it

export const sound = {
  get wanted() { return keep.get("sound") === "1"; },

  /** @param {boolean} on */
  want(on) { keep.set("sound", on ? "1" : "0"); },

  beep() {
    try {
      const context = speaker ??= new AudioContext();
      const tone = context.createOscillator(), volume = context.createGain();
      tone.frequency.value = 660;
      volume.gain.setValueAtTime(.06, context.currentTime);
      volume.gain.exponentialRampToValueAtTime(.0001, context.currentTime + SECONDS);
      tone.connect(volume).connect(context.destination);
      tone.start();
      tone.stop(context.currentTime + SECONDS);
    } catch { /* a browser without sound */ }
  },
};
