/** Builds the page's elements; text is always text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */
/** @typedef {Node | string | null} Child */

/**
 * Make an element with attributes and children; strings become text nodes.
 *
 * `true` sets an attribute without a value; `false`, null and undefined leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * Make a span for words of the shop: their script chooses the glyphs, whatever the page's language.
 *
 * @param {string} text
 * @param {string} [className]
 * @returns {HTMLElement}
 */
export function makeWords(text, className) {
  const lang = /\p{Script=Han}/u.test(text) ? "zh-Hans" : null;
  return make("bdi", { class: className, lang }, text);
}

/**
 * Draw an icon on a 24 by 24 grid from the paths of its strokes.
 *
 * @param {...string} paths
 * @returns {SVGSVGElement}
 */
export function makeIcon(...paths) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  for (const data of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    icon.append(path);
  }
  return icon;
}

/** @returns {boolean} whether the viewer asked for less motion */
export function prefersStillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
