/** Finds and loads the index: set by a script, named by the page or its address, or beside it. */

import { askJson } from "./ask.js";
import { readReplay } from "./replay.js";

/** The page of one recording on a server: what is before it, and the id. */
const ROUTE = /^(.*)\/r\/([^/]+)\/?$/;

/** @typedef {import("./replay.js").Replay} Replay */
/**
 * What lies beside the index. A static site knows it; a server is asked when it is needed.
 *
 * @typedef {object} Pictures
 * @property {string} base the address that covers and thumbnails are relative to
 * @property {string | null} thumbnails text of thumbnails.vtt, null when unknown
 * @property {Set<string> | null} covers ids of the pitches that have one, null when unknown
 */

/**
 * Load the index and say what lies beside it.
 *
 * @returns {Promise<{replay: Replay, pictures: Pictures}>}
 * @throws {Error} when there is none, or it cannot be read
 */
export async function loadReplay() {
  const given = /** @type {any} */ (window);
  const here = document.baseURI;
  if (given.KANDIAN_INDEX) {
    const site = given.KANDIAN_SITE ?? { thumbnails: "", covers: [] };
    const covers = new Set(site.covers);
    const pictures = { base: here, thumbnails: site.thumbnails, covers };
    return { replay: readReplay(given.KANDIAN_INDEX, here), pictures };
  }
  const { index, pictures } = document.documentElement.dataset;
  const address = findIndex(index, window.location);
  const replay = readReplay(await askJson(address), address);
  return { replay, pictures: findPictures(pictures, replay, window.location) };
}

/**
 * Say what a server has beside the index: where `data-pictures` of the page leads, `{id}` in it
 * standing for the recording of `/r/ID`, else what the interface of the server has for `/r/ID`;
 * elsewhere, or when the replay has no picture, nothing.
 *
 * @param {string | undefined} named
 * @param {Replay} replay
 * @param {Location} location
 * @returns {Pictures}
 */
function findPictures(named, replay, location) {
  const filmed = replay.media.some((media) => media.width > 0);
  const route = ROUTE.exec(location.pathname);
  const place = named ?? (route ? `${route[1]}/api/recordings/{id}/` : null);
  if (!place || !filmed) return { base: document.baseURI, thumbnails: "", covers: new Set() };
  const base = place.replace("{id}", () => route?.[2] ?? "");
  return { base: new URL(base, document.baseURI).href, thumbnails: null, covers: null };
}

/**
 * Say where the index is: `data-index` of the page, `?index=` of the same origin, the interface of
 * the server for `/r/ID`, or `index.json` beside the page.
 *
 * @param {string | undefined} named
 * @param {Location} location
 * @returns {string}
 * @throws {Error} when `?index=` names another origin
 */
export function findIndex(named, location) {
  if (named) return new URL(named, document.baseURI).href;
  const asked = new URLSearchParams(location.search).get("index");
  if (asked) {
    const url = new URL(asked, location.href);
    if (url.origin !== location.origin) throw new Error(`${url.origin} is another origin`);
    return url.href;
  }
  const route = ROUTE.exec(location.pathname);
  if (route) return new URL(`${route[1]}/api/recordings/${route[2]}/index`, location.href).href;
  return new URL("index.json", document.baseURI).href;
}

/**
 * Return the address of a pitch's cover, or null when it is known to have none.
 *
 * @param {Pictures} pictures
 * @param {string} pitchId
 * @returns {string | null}
 */
export function findCover(pictures, pitchId) {
  if (pictures.covers !== null && !pictures.covers.has(pitchId)) return null;
  return new URL(`covers/${encodeURIComponent(pitchId)}.jpg`, pictures.base).href;
}

/**
 * Return the text of thumbnails.vtt, empty when there is none.
 *
 * @param {Pictures} pictures
 * @returns {Promise<string>}
 */
export async function loadThumbnails(pictures) {
  if (pictures.thumbnails !== null) return pictures.thumbnails;
  try {
    const response = await fetch(new URL("thumbnails.vtt", pictures.base));
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}
