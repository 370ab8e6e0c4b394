/* Making elements. Every word that comes from a person or the server is set as text, never as HTML: this is where. */

/** An element with its attributes and children; `onclick` and the like are listeners, null and false leave one out. */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};
