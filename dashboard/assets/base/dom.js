/* Touching the page only where something changed. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  /* A text that is there already is written over: a new one would be styled and laid out from nothing. */
  function text(element, value) {
    const { firstChild } = element;
    if (firstChild && firstChild === element.lastChild && firstChild.nodeType === Node.TEXT_NODE && value) {
      if (firstChild.data !== value) firstChild.data = value;
    } else if (element.textContent !== value) element.textContent = value;
  }

  function attribute(element, name, value) {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /* Values of the same shape change their texts alone, so that nothing is laid out anew. */
  function value(element, parts) {
    const shape = parts.map(([, kind]) => kind).join(" ");
    if (element.dataset.shape !== shape) {
      element.replaceChildren(...parts.map(([, kind]) => make("span", kind)));
      element.dataset.shape = shape;
      element.classList.toggle("is-none", shape === "none");
    }
    parts.forEach(([told], index) => text(element.children[index], told));
    // An arrow after a number is small, and makes no number smaller.
    const width = parts.reduce((sum, [told, kind]) => sum + (kind.startsWith("trend") ? 0 : broad(told)), 0);
    attribute(element, "data-length", width > 5.5 ? "longest" : width > 4.5 ? "long" : null);
  }

  /* About how many digits wide a text is: points, colons and spaces are half a digit. */
  function broad(told) {
    return Array.from(told).reduce((sum, letter) => sum + (".,: \u00a0\u202f".includes(letter) ? 0.5 : 1), 0);
  }

  /* A long identifier, of which the end is seen where there is no room for all of it. */
  function tail(told, className) {
    const place = make("span", className ? `tail ${className}` : "tail", make("bdi", "", told));
    place.title = told;
    return place;
  }

  /* The same in a width that is known, as a text that stands to the left like all others. */
  const ending = (told, most) => (told.length > most ? `…${told.slice(1 - most)}` : told);

  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  fw.dom = { make, text, attribute, value, tail, ending, part, calm };
})();
