/* Objects that inherit nothing, and JSON from and to them: the page may have changed what objects inherit (old
   libraries give them a toJSON of their own). Whatever is sent, stored or read goes through here; nothing else
   belongs here. */

/** A copy of `object` that inherits nothing.
    @template {object} Kind @param {Kind} object @returns {Kind} */
export const bare = (object) => Object.assign(Object.create(null), object);

/** @param {unknown} value */
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

/** JSON text as objects that inherit nothing.
    @template Kind @param {string} text @returns {Kind} */
export const read = (text) => JSON.parse(text, (_, value) => (isObject(value) ? bare(value) : value));

/** An object as JSON text, whatever the page taught objects to say of themselves.
    @param {object} object */
export const write = (object) => JSON.stringify(bare(object));
