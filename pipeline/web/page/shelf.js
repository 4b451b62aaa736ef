/** The recordings of a server, each a link to its page. */

import { make, makeWords } from "./element.js";
import { formatDate } from "./head.js";
import { drawPicture } from "./picture.js";
import { formatDuration, formatTime } from "./time.js";

/** @typedef {import("./i18n.js").Words} Words */
/**
 * @typedef {object} Recording
 * @property {string} id
 * @property {string} title
 * @property {Date | null} startedAt
 * @property {number} durationMs
 * @property {number} pitches how many are published
 */

/**
 * Read the answer of `/api/recordings`: the latest show first, those without a date last, by id.
 *
 * @param {any} list
 * @returns {Recording[]}
 */
export function readRecordings(list) {
  const recordings = list.recordings.map((/** @type {any} */ item) => ({
    id: item.id,
    title: item.title || item.id,
    startedAt: item.started_at ? new Date(item.started_at) : null,
    durationMs: item.duration_ms,
    pitches: item.published,
  }));
  const moment = (/** @type {Recording} */ { startedAt }) => startedAt?.getTime() ?? -Infinity;
  return recordings.sort((/** @type {Recording} */ one, /** @type {Recording} */ other) => {
    const [first, second] = [moment(one), moment(other)];
    if (first !== second) return first > second ? -1 : 1;
    return one.id < other.id ? -1 : 1;
  });
}

/** Shows the list. */
export class Shelf {
  /** @param {Recording[]} recordings @param {Words} words */
  constructor(recordings, words) {
    this.recordings = recordings;
    this.element = make("main", { class: "shelf" });
    this.translate(words);
  }

  /** @param {Words} words */
  translate(words) {
    if (!this.recordings.length) {
      this.element.replaceChildren(make("p", { class: "shelf-empty" }, words.noRecordings));
      return;
    }
    const rows = this.recordings.map((one) => make("li", {}, makeRow(one, words)));
    this.element.replaceChildren(make("ul", { class: "shelf-list" }, ...rows));
  }
}

/** @param {Recording} recording @param {Words} words @returns {HTMLElement} */
function makeRow(recording, words) {
  const { id, title, startedAt, durationMs, pitches } = recording;
  const facts = make("p", { class: "shelf-facts" });
  if (startedAt) {
    const day = formatDate(startedAt, words.locale);
    facts.append(make("time", { datetime: startedAt.toISOString() }, day), " · ");
  }
  const length = make("time", { datetime: formatDuration(durationMs) }, formatTime(durationMs));
  facts.append(length, " · ", words.pitchCount(pitches));
  return make(
    "a",
    { class: "shelf-row", href: `r/${encodeURIComponent(id)}/` },
    drawPicture(title, [], "shelf-picture"),
    make("div", { class: "shelf-words" }, makeWords(title, "shelf-title"), facts),
  );
}
