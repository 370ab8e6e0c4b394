/* Names that chance makes: of a message, so that sending it twice stores it once, and of an era. Never of a person. */

/** @param {number} byte */
const hex = (byte) => byte.toString(16).padStart(2, "0");
const bytes = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");

/** A name that nobody else has; a page without HTTPS has no randomUUID. */
export const newId = () => (crypto.randomUUID ? crypto.randomUUID() : bytes());
