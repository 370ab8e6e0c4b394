/* Making elements. Every word that comes from a person or the server is set as text, never as HTML: this is where. The
   widget's own words are given as functions, and said anew where they stand when they change: nothing is made twice, so
   that no focus, no place and no typed word is lost. */

/** What an element is made with: attributes, some of which may be words of the widget's own, and listeners.
    @typedef {string | (() => string)} Words
    @typedef {string | number | boolean | null} Value
    @typedef {Partial<Record<"class" | "id" | "role" | "tabindex" | "hidden" | "type" | "href" | "src" | "alt"
      | "target" | "rel" | "download" | "name" | "value" | "rows" | "maxlength" | "autocomplete" | "enterkeyhint"
      | "disabled" | "popover" | "accept" | "multiple" | "datetime" | `data-${string}`, Value>>} Plain
    @typedef {Partial<Record<"title" | "placeholder" | "lang" | "dir" | `aria-${string}`, Words>>} Worded
    @typedef {{ [Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => unknown }}
      Listeners */
/** element -> what writes its own words again
    @type {WeakMap<Node, (() => void)[]>} */
const own = new WeakMap();

/** @param {Node} element @param {() => void} write */
const written = (element, write) => {
  write();
  own.set(element, [...own.get(element) ?? [], write]);
};

/** @param {Element} element @param {string} name @param {unknown} value */
const set = (element, name, value) => {
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
};

/** @param {Node} element @param {() => string} words */
const worded = (element, words) => {
  const node = document.createTextNode("");
  written(element, () => { const said = words(); if (node.data !== said) node.data = said; });
  return node;
};

/** An element with its attributes and children; `onclick` and the like are listeners, null and false leave one out. A
    function, as an attribute or a child, gives words of the widget's own.
    @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {Plain & Worded & Listeners} attributes
    @param {(Node | Words)[]} children */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of
    /** @type {[string, Value | (() => string)][]} */
    (Object.entries(attributes))) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2),
      /** @type {() => string} */
      (value));
    else if (typeof value === "function") written(element, () => set(element, name, value()));
    else if (value !== false && value != null) set(element, name, value);
  }
  element.append(...children.map((child) => (typeof child === "function" ? worded(element, child) : child)));
  return element;
};

/** Says the widget's own words anew, in an element or a root and in all that stands in it.
    @param {Element | ShadowRoot} root */
export const renew = (root) => {
  for (const element of [root, ...root.querySelectorAll("*")]) for (const write of own.get(element) ?? []) write();
};
