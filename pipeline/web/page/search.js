/** Finds products by their words, in Chinese, by pinyin initials, or by both mixed. */

import { INITIALS } from "./initials.js";

/** @typedef {import("./replay.js").Product} Product */

/**
 * What a title can be typed as: for every place its character and the initials of its readings.
 *
 * @typedef {string[]} Places
 */

/** @type {Map<string, string> | null} */
let readings = null;

/**
 * Return the products that a query names, in their order; all of them for an empty query.
 *
 * Every word of the query must occur in the title or the id: as written, by the initials of its
 * readings (`bwb` finds 保温杯), or both mixed. Case, width, spaces and punctuation are ignored.
 *
 * @param {Product[]} products
 * @param {string} query
 * @returns {Product[]}
 */
export function searchProducts(products, query) {
  const words = query
    .split(/\s+/)
    .map(fold)
    .filter((word) => word.length);
  if (!words.length) return products;
  return products.filter((product) => {
    const texts = [spread(product.title), spread(product.id)];
    return words.every((word) => texts.some((places) => occurs(word, places)));
  });
}

/** @param {string} text @returns {string[]} letters, digits and characters, as they are compared */
function fold(text) {
  return [...text.normalize("NFKC").toLowerCase()].filter((sign) => /[\p{L}\p{N}]/u.test(sign));
}

/** @param {string} text @returns {Places} */
function spread(text) {
  readings ??= readInitials();
  const known = readings;
  return fold(text).map((sign) => sign + (known.get(sign) ?? ""));
}

/** @param {string[]} word @param {Places} places @returns {boolean} */
function occurs(word, places) {
  for (let start = 0; start + word.length <= places.length; start += 1) {
    if (word.every((sign, offset) => places[start + offset].includes(sign))) return true;
  }
  return false;
}

/** @returns {Map<string, string>} from a character to the initials of its readings */
function readInitials() {
  const known = new Map();
  for (const [initial, characters] of Object.entries(INITIALS)) {
    for (const character of characters) {
      known.set(character, (known.get(character) ?? "") + initial);
    }
  }
  return known;
}
