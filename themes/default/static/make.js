// Elements, and the events of what the page does in somebody's place.

/** An element with these attributes and this text. */
export function make(name, attributes = {}, text = "") {
  const made = set(document.createElement(name), attributes);
  made.textContent = text;
  return made;
}

/** Gives an element these attributes; takes away those that are undefined. */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(key);
    else element.setAttribute(key, value);
  }
  return element;
}

/** Tells everybody that `input` was changed, as typing does. */
export function changed(input) {
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
}
