/** What the page shows when there is nothing to show. */

import { Refusal } from "./ask.js";
import { make } from "./element.js";

/**
 * Say that it failed, and with it what the server said about why.
 *
 * @param {string} sentence in the viewer's language
 * @param {unknown} error
 * @returns {HTMLElement}
 */
export function drawFailure(sentence, error) {
  const failure = make("div", { class: "failed", role: "alert" }, make("p", {}, sentence));
  if (error instanceof Refusal && error.message) {
    failure.append(make("p", { class: "failed-reason", lang: "en" }, error.message));
  }
  return failure;
}
