/** Deep links: `#t=83.5`, `#t=1:23:45`, `#product=ID`, or both joined by `&`. */

import { formatSeconds, parseTime } from "./time.js";

/**
 * @typedef {object} Place
 * @property {number | null} atMs
 * @property {string | null} productId
 */

/**
 * Read the fragment of an address; what cannot be read counts as absent.
 *
 * @param {string} hash
 * @returns {Place}
 */
export function parseFragment(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const time = fields.get("t");
  return {
    // A media fragment may name an end too (t=10,20); only the start matters here.
    atMs: time === null ? null : parseTime(time.split(",")[0]),
    productId: fields.get("product") || null,
  };
}

/**
 * Write a place as a fragment, `#` included; empty when it names nothing.
 *
 * @param {Place} place
 * @returns {string}
 */
export function formatFragment(place) {
  const fields = [];
  if (place.productId !== null) fields.push(`product=${encodeURIComponent(place.productId)}`);
  if (place.atMs !== null) fields.push(`t=${formatSeconds(place.atMs)}`);
  return fields.length ? `#${fields.join("&")}` : "";
}
