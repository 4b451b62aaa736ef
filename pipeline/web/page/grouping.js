/** Merges dots that a thumb could not tell apart. */

/** @typedef {import("./replay.js").Pitch} Pitch */
/**
 * @typedef {object} Group
 * @property {Pitch[]} pitches one or more, by time
 * @property {number} x distance from the left end in pixels
 */

/**
 * Group pitches so that the centres of two groups are never nearer than the gap.
 *
 * The two nearest groups are merged until none are too near; a group lies at the mean of its
 * pitches, so a pitch that has room keeps its exact place. The cost is quadratic in the number of
 * pitches: some milliseconds for two thousand.
 *
 * @param {Pitch[]} pitches by time
 * @param {number} durationMs
 * @param {number} width of the bar in pixels
 * @param {number} gap in pixels
 * @returns {Group[]}
 */
export function groupPitches(pitches, durationMs, width, gap) {
  const groups = pitches.map((pitch) => {
    return { pitches: [pitch], x: (Math.min(pitch.pointMs, durationMs) / durationMs) * width };
  });
  groups.sort((one, other) => one.x - other.x);
  for (let place = findNearest(groups, gap); place >= 0; place = findNearest(groups, gap)) {
    const [one, other] = groups.splice(place, 2);
    groups.splice(place, 0, join(one, other));
  }
  return groups;
}

/** @param {Group[]} groups @param {number} gap @returns {number} the left one of the nearest two, or -1 */
function findNearest(groups, gap) {
  let found = -1;
  let nearest = gap;
  for (let place = 0; place + 1 < groups.length; place += 1) {
    const distance = groups[place + 1].x - groups[place].x;
    if (distance < nearest) [found, nearest] = [place, distance];
  }
  return found;
}

/** @param {Group} one @param {Group} other @returns {Group} */
function join(one, other) {
  const count = one.pitches.length + other.pitches.length;
  const x = (one.x * one.pitches.length + other.x * other.pitches.length) / count;
  return { pitches: [...one.pitches, ...other.pitches], x };
}
