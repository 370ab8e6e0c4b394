/* What the shop's page says of itself, read once while its script tag runs: where the bot is, the tag's data-
   attributes, the page's language. Nobody is asked here, and nothing is shown. */

const script = document.currentScript;

/** The bot's own address: the script's, or the page's where the script does not say. */
export const base = new URL(script && "src" in script ? script.src : location.href);

/** An address of the bot's. It may stand under a path (https://shop.example/chat/): then so does all of it. A whole
    address stays what it is.
    @param {string} path */
export const at = (path) => new URL(/^\/(?!\/)/.test(path) ? `.${path}` : path, base);

/** What a shop may name, as the script tag's data- attributes and, most of it, later.
    @typedef {{ locale?: string, trigger?: string, consent?: string, consentLink?: string, greeting?: string,
      position?: string, title?: string, launcher?: string, accent?: string, scheme?: string, offsetSide?: string,
      offsetBottom?: string, layer?: string, hide?: string | boolean, logo?: string, picture?: string,
      agentPicture?: string, bot?: string }} Given */

/** The script tag's data- attributes; inherits nothing.
    @type {Given} */
export const given = Object.assign(Object.create(null), script?.dataset);

/** The language that the shop asks for: data-locale="de", or "auto" for the page's own. English, "", is built in. */
export const LOCALE = given.locale === "auto" ? document.documentElement.lang : given.locale || "";
