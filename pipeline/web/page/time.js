/** Times as people read, speak and link them. Inside the page they are integer milliseconds. */

const MS_PER_S = 1000;

/**
 * Write a moment as `1:05` or, from an hour on, `1:01:05`; parts of a second are cut off.
 *
 * @param {number} ms
 * @returns {string}
 */
export function formatTime(ms) {
  const [hours, minutes, seconds] = split(ms);
  const tail = String(seconds).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/**
 * Write a moment for a `datetime` attribute: `PT1H1M5S`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function formatDuration(ms) {
  const [hours, minutes, seconds] = split(ms);
  return `PT${hours}H${minutes}M${seconds}S`;
}

/**
 * Read `83.5`, `12:03` or `1:23:45.5`; null when it is none of these.
 *
 * @param {string} text
 * @returns {number | null}
 */
export function parseTime(text) {
  if (!/^\d{1,7}(:\d{1,2}){0,2}(\.\d{1,6})?$/.test(text)) return null;
  const seconds = text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(seconds * MS_PER_S);
}

/**
 * Write a moment in seconds for a link: `83.5`, `29`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function formatSeconds(ms) {
  return String(Math.round(ms) / MS_PER_S);
}

/** @param {number} ms @returns {[number, number, number]} hours, minutes, seconds */
export function split(ms) {
  const seconds = Math.max(0, Math.floor(ms / MS_PER_S));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
}
