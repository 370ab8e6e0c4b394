/* Making elements. Every word that comes from a person or the server is set as text, never as HTML: this is where. The
   widget's own words are given as functions, and said anew where they stand when they change: nothing is made twice, so
   that no focus, no place and no typed word is lost. */

/* element -> what writes its own words again */
const own = new WeakMap();

const written = (element, write) => {
  write();
  own.set(element, [...own.get(element) ?? [], write]);
};

const set = (element, name, value) => {
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
};

const worded = (element, words) => {
  const node = document.createTextNode("");
  written(element, () => { const said = words(); if (node.data !== said) node.data = said; });
  return node;
};

/** An element with its attributes and children; `onclick` and the like are listeners, null and false leave one out. A
    function, as an attribute or a child, gives words of the widget's own. */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "function") written(element, () => set(element, name, value()));
    else if (value !== false && value != null) set(element, name, value);
  }
  element.append(...children.map((child) => (typeof child === "function" ? worded(element, child) : child)));
  return element;
};

/** Says the widget's own words anew, in an element or a root and in all that stands in it. */
export const renew = (root) => {
  for (const element of [root, ...root.querySelectorAll("*")]) for (const write of own.get(element) ?? []) write();
};
