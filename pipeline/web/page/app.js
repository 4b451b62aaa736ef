/** Starts the page: loads the replay, shows it, and lets the viewer choose the language. */

import { make, makeWords } from "./element.js";
import { chooseLanguage, otherLanguage, saveLanguage, wordsOf } from "./i18n.js";
import { loadReplay } from "./source.js";
import { Stage } from "./stage.js";

/** @typedef {import("./i18n.js").Words} Words */

/** Shows the replay, or says that it could not be opened. */
export async function start() {
  let language = chooseLanguage();
  document.documentElement.lang = wordsOf(language).locale;
  try {
    const { replay, pictures } = await loadReplay();
    document.title = replay.title;
    const stage = new Stage(replay, pictures, wordsOf(language));
    const head = makeHead(replay.title, replay.startedAt, wordsOf(language), () => {
      language = otherLanguage(language);
      saveLanguage(language);
      const words = wordsOf(language);
      document.documentElement.lang = words.locale;
      stage.translate(words);
      return words;
    });
    document.body.replaceChildren(head, stage.element);
    stage.openLink();
  } catch (error) {
    console.warn(error);
    document.body.replaceChildren(
      make("p", { class: "failed", role: "alert" }, wordsOf(language).failed),
    );
  }
}

/**
 * @param {string} title
 * @param {Date | null} startedAt
 * @param {Words} words
 * @param {() => Words} change switches the page's language and returns its words
 * @returns {HTMLElement}
 */
function makeHead(title, startedAt, words, change) {
  const date = make("p", { class: "top-date" });
  const button = make("button", { type: "button", class: "quiet top-language" });
  const write = (/** @type {Words} */ chosen) => {
    date.textContent = startedAt ? formatDate(startedAt, chosen.locale) : "";
    button.textContent = chosen.other;
    button.lang = chosen.otherTag;
    button.setAttribute("aria-label", chosen.switchLanguage);
  };
  button.addEventListener("click", () => write(change()));
  write(words);
  const heading = make("div", { class: "top-words" }, make("h1", {}, makeWords(title)), date);
  return make("header", { class: "top" }, heading, button);
}

/** @param {Date} date @param {string} locale @returns {string} the day of the show, where the viewer is */
function formatDate(date, locale) {
  return date.toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
}

start();
