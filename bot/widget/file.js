/* A file as it is drawn: a small picture where it is one, its name, its size. Whose it is, and how it comes here or
   goes, is not decided here. */

import { make } from "./elements.js";
import { WORDS, speech } from "./words.js";

/** @typedef {{ name: string, size: number, picture: string | Promise<string> | null }} Drawable */

/** Bytes as people read them.
    @param {number} bytes */
const size = (bytes) => {
  const [number, unit] = bytes < 1e3 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"]
    : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(speech.language, { style: "unit", unit, maximumFractionDigits: number < 10 ? 1 : 0 })
    .format(number);
};

/** `picture`: its address, perhaps later; without one, and where the page does not let it in, name and size stand
    alone. `look`: what a click does.
    @param {Drawable} file @param {() => void} look */
export const figure = ({ name, size: bytes, picture }, look) => {
  const shown = make("button", { type: "button", class: "file", onclick: look,
    "aria-label": () => `${WORDS.file}: ${name}, ${size(bytes)}` });
  if (picture) {
    /** @type {HTMLImageElement} */
    const image = make("img", { alt: "", onerror: () => image.remove() });
    Promise.resolve(picture).then((address) => { image.src = address; }, () => image.remove());
    shown.append(image);
  }
  shown.append(make("bdi", { class: "named" }, name), make("span", { class: "size" }, () => size(bytes)));
  return shown;
};
