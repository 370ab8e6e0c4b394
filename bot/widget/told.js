/* What the shop's page heard of a chat, so that it hears of each thing once: not again after a reload, and from one tab
   alone, the first to take the thing's lock. A page counts such things; a ticket that is told twice is two tickets in
   its figures. */

import { keep } from "./storage.js";
/** @import { TicketShown } from "frames" */

const MOST = 20;    // tickets that are remembered
const HELD = 5000;  // milliseconds in which every tab has heard what the storage says

/** `act()` in one tab of all that see this; in every one where the browser has no locks (a page without HTTPS).
    @param {string} name @param {() => void} act */
const once = (name, act) => {
  if (!navigator.locks) return act();
  /** @param {Lock | null} lock */
  const mine = (lock) => {
    if (!lock) return null;
    act();
    return new Promise((done) => { setTimeout(done, HELD); });
  };
  navigator.locks.request(`askonce:${name}`, { ifAvailable: true }, mine).catch(act);  // a sandbox lets nobody lock
};

export const told = {
  /** A turn: `tell()` where the page did not hear of it.
      @param {number} seq @param {() => void} tell */
  turn(seq, tell) {
    if (seq <= keep.number("told")) return;
    once(`${keep.get("token")}:${seq}`, () => {
      keep.set("told", String(Math.max(seq, keep.number("told"))));
      tell();
    });
  },

  /** That a ticket stands so: `tell()` where the page did not hear of it.
      @param {TicketShown} ticket @param {() => void} tell */
  ticket({ reference, status }, tell) {
    const name = `${reference}:${status}`, known = () => (keep.get("tickets") ?? "").split(" ").filter(Boolean);
    if (known().includes(name)) return;
    once(name, () => {
      keep.set("tickets", [...known(), name].slice(-MOST).join(" "));
      tell();
    });
  },
};
