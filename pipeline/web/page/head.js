/** The top of a page: its title, the day of the show, and the button for the other language. */

import { make, makeWords } from "./element.js";
import { chooseLanguage, otherLanguage, saveLanguage, wordsOf } from "./i18n.js";

/** @typedef {import("./i18n.js").Words} Words */

/** @returns {Words} in the viewer's language, which the document is then said to be in */
export function chooseWords() {
  const words = wordsOf(chooseLanguage());
  document.documentElement.lang = words.locale;
  return words;
}

/**
 * Make the top of a page.
 *
 * @param {(words: Words) => string} title
 * @param {Date | null} startedAt
 * @param {(words: Words) => void} translate called when the viewer chooses the other language
 * @returns {HTMLElement}
 */
export function makeHead(title, startedAt, translate) {
  let language = chooseLanguage();
  const heading = make("h1");
  const date = make("p", { class: "top-date" });
  const button = make("button", { type: "button", class: "quiet top-language" });
  const write = () => {
    const words = wordsOf(language);
    document.documentElement.lang = words.locale;
    document.title = title(words);
    heading.replaceChildren(makeWords(title(words)));
    date.textContent = startedAt ? formatDate(startedAt, words.locale) : "";
    button.textContent = words.other;
    button.lang = words.otherTag;
    button.setAttribute("aria-label", words.switchLanguage);
  };
  button.addEventListener("click", () => {
    language = otherLanguage(language);
    saveLanguage(language);
    write();
    translate(wordsOf(language));
  });
  write();
  return make(
    "header",
    { class: "top" },
    make("div", { class: "top-words" }, heading, date),
    button,
  );
}

/**
 * @param {Date} date
 * @param {string} locale
 * @returns {string} the day of the show, where the viewer is
 */
export function formatDate(date, locale) {
  return date.toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
}
