/* What a shop may want agreed to before its chat begins: words and a link. Until then nothing is connected and nothing
   kept, and there is nothing to write in. */

import { make } from "./elements.js";
import { shops } from "./language.js";
import { given } from "./page.js";
import { keep } from "./storage.js";
import { WORDS } from "./words.js";

export class Consent {
  element;

  /** `given()`: the shopper agrees.
      @param {() => void} agreed */
  constructor(agreed) {
    this.element = make("div", { class: "consent" },
      make("p", shops("consent"), () => given.consent ?? ""),
      ...(given.consentLink ? [make("p", {}, make("a", { href: new URL(given.consentLink, location.href).href,
        target: "_blank", rel: "noopener" }, () => WORDS.consentMore))] : []),
      make("button", { type: "button", class: "go", onclick: () => { keep.set("consent", "1"); agreed(); } },
        () => WORDS.consentGo));
  }

  /** Whether the chat may begin. */
  get isGiven() { return !given.consent || keep.get("consent") === "1"; }

  focus() { this.element.querySelector("button")?.focus(); }
}
