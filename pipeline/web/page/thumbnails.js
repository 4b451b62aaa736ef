/** Reads WebVTT thumbnails: which part of which sprite sheet shows a moment. */

/**
 * @typedef {object} Thumbnail
 * @property {number} startMs
 * @property {number} endMs
 * @property {string} url of the sheet
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

const TIMING = /^((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})/;
const PLACE = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/**
 * Read the cues of a thumbnails file; cues that are not pictures are passed over.
 *
 * @param {string} text
 * @param {string} base the address that the sheets are relative to
 * @returns {Thumbnail[]}
 */
export function parseThumbnails(text, base) {
  const thumbnails = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (const [number, line] of lines.entries()) {
    const timing = TIMING.exec(line);
    const place = PLACE.exec((lines[number + 1] ?? "").trim());
    if (!timing || !place) continue;
    const [x, y, width, height] = place.slice(2).map(Number);
    if (!width || !height) continue;
    const url = new URL(place[1], base).href;
    thumbnails.push({
      startMs: parseStamp(timing[1]),
      endMs: parseStamp(timing[2]),
      url,
      x,
      y,
      width,
      height,
    });
  }
  return thumbnails;
}

/**
 * @param {Thumbnail[]} thumbnails
 * @param {number} atMs
 * @returns {Thumbnail | null}
 */
export function findThumbnail(thumbnails, atMs) {
  return thumbnails.find((one) => one.startMs <= atMs && atMs < one.endMs) ?? null;
}

/** @param {string} stamp @returns {number} */
function parseStamp(stamp) {
  const seconds = stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(seconds * 1000);
}
