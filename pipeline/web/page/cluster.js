/** The list that a numbered dot opens: pitches too near each other for dots of their own. */

import { make, makeWords } from "./element.js";
import { drawIcon } from "./icons.js";
import { formatTime } from "./time.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Pitch} Pitch */

/**
 * Make the list; choosing a pitch shows its card.
 *
 * @param {Pitch[]} pitches by time
 * @param {Words} words
 * @param {(pitch: Pitch) => void} choose
 * @param {() => void} close
 * @returns {HTMLElement}
 */
export function makeCluster(pitches, words, choose, close) {
  const shut = make(
    "button",
    { type: "button", class: "tool card-close", "aria-label": words.close },
    drawIcon("close"),
  );
  shut.addEventListener("click", close);
  const heading = make("h2", { class: "cluster-title" }, words.cluster(pitches.length));
  const list = make("ol", { class: "cluster-list" });
  for (const pitch of pitches) {
    const time = make("span", { class: "cluster-time" }, formatTime(pitch.pointMs));
    const row = { type: "button", class: "cluster-row", "data-pitch": pitch.id };
    const button = make("button", row, time, makeWords(pitch.product.title, "cluster-name"));
    button.addEventListener("click", () => choose(pitch));
    list.append(make("li", {}, button));
  }
  return make("div", { class: "cluster" }, make("div", { class: "card-top" }, heading, shut), list);
}
