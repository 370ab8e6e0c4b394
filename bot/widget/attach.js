/* How a shopper gives a file: by the button, with a telephone by its camera, dropped, or pasted. Where it goes is not
   its matter. */

import { make } from "./elements.js";
import { WORDS } from "./words.js";

const KINDS = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/gif,image/bmp,.heic,application/pdf,"
  + "text/plain";

export class Attach {
  element = make("span", { class: "attach", hidden: true });
  #take;
  #input;

  /** `take`: what is done with files.
      @param {(files: File[]) => void} take */
  constructor(take) {
    this.#take = take;
    /** @type {HTMLInputElement} */
    this.#input = make("input", { type: "file", accept: KINDS, multiple: true, hidden: true, tabindex: "-1",
      onchange: () => this.#chosen() });
    this.element.append(this.#input, make("button", { type: "button", class: "clip", "aria-label": () => WORDS.attach,
      title: () => WORDS.attach, onclick: () => this.#input.click() }, "+"));
  }

  /** Whether the shop takes files.
      @param {boolean} able */
  allow(able) { this.element.hidden = !able; }

  /** What is dropped on the chat or pasted into it.
      @param {ShadowRoot} root */
  listenTo(root) {
    /** @param {DataTransfer | null} data */
    const holds = (data) => !this.element.hidden && (data?.types.includes("Files") ?? false);
    /** @param {Event} event @param {DataTransfer | null} data */
    const take = (event, data) => {
      if (!holds(data)) return;
      event.preventDefault();
      this.#take([...data?.files ?? []]);
    };
    root.addEventListener("dragover", (event) => {
      if (event instanceof DragEvent && holds(event.dataTransfer)) event.preventDefault();
    });
    root.addEventListener("drop", (event) => { if (event instanceof DragEvent) take(event, event.dataTransfer); });
    root.addEventListener("paste", (event) => {
      if (event instanceof ClipboardEvent) take(event, event.clipboardData);
    });
  }

  #chosen() {
    const files = [...this.#input.files ?? []];
    this.#input.value = "";  // the same one may be chosen again
    if (files.length) this.#take(files);
  }
}
