/** The product card: what a dot stands for, and the way to its pitch and its shop page. */

import { make, makeWords } from "./element.js";
import { drawIcon } from "./icons.js";
import { drawPicture } from "./picture.js";
import { formatDuration, formatTime } from "./time.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Pitch} Pitch */

/** From these on, a confidence is shown as two bars and as three. */
const STEPS = [0.75, 0.9];

/**
 * @typedef {object} CardActions
 * @property {(pitch: Pitch) => void} jump
 * @property {() => void} close
 * @property {(() => void) | null} back to the cluster's list, null when there is none
 * @property {number} nearby how many pitches that list has
 */

/**
 * Make the card of one pitch.
 *
 * @param {Pitch} pitch
 * @param {string | null} cover picture of the pitch
 * @param {Words} words
 * @param {CardActions} actions
 * @returns {HTMLElement}
 */
export function makeCard(pitch, cover, words, actions) {
  const { product } = pitch;
  const facts = make(
    "div",
    { class: "card-facts" },
    make("h2", { class: "card-title" }, makeWords(product.title)),
  );
  if (product.price !== null) facts.append(makePrice(product.price, "card-price"));
  facts.append(makeSpan(pitch, words), makeMark(pitch, words));
  const card = make(
    "article",
    { class: "card" },
    makeTop(words, actions),
    make(
      "div",
      { class: "card-main" },
      drawPicture(product.title, [product.image, cover], "card-picture"),
      facts,
    ),
    makeActions(pitch, words, actions),
  );
  const others = product.pitches.filter((other) => other !== pitch);
  if (others.length) card.append(makeOthers(others, words, actions));
  return card;
}

/**
 * Write a price with its sign set apart.
 *
 * @param {string} price decimal digits
 * @param {string} className
 * @returns {HTMLElement}
 */
export function makePrice(price, className) {
  // 129.00 reads as 129: whole prices lose their zeros, others keep every digit.
  const shown = price.replace(/\.0+$/, "");
  return make(
    "span",
    { class: `price ${className}` },
    make("span", { class: "price-sign" }, "¥"),
    shown,
  );
}

/**
 * Make a button that shows a time and says that it leads there.
 *
 * @param {string} time
 * @param {Words} words
 * @returns {HTMLButtonElement}
 */
export function makeChip(time, words) {
  const verb = make("span", { class: "hidden-text" }, `${words.chipVerb} `);
  return make("button", { type: "button", class: "chip" }, verb, time);
}

/** @param {Words} words @param {CardActions} actions @returns {HTMLElement} */
function makeTop(words, actions) {
  const top = make("div", { class: "card-top" });
  if (actions.back) {
    const label = words.back(actions.nearby);
    const back = make(
      "button",
      { type: "button", class: "quiet card-back" },
      drawIcon("back"),
      label,
    );
    back.addEventListener("click", actions.back);
    top.append(back);
  }
  const close = make(
    "button",
    { type: "button", class: "tool card-close", "aria-label": words.close },
    drawIcon("close"),
  );
  close.addEventListener("click", actions.close);
  top.append(close);
  return top;
}

/** @param {Pitch} pitch @param {Words} words @returns {HTMLElement} */
function makeSpan(pitch, words) {
  const from = make("time", { datetime: formatDuration(pitch.startMs) }, formatTime(pitch.startMs));
  const to = make("time", { datetime: formatDuration(pitch.endMs) }, formatTime(pitch.endMs));
  return make("p", { class: "card-span" }, `${words.pitch} `, from, " – ", to);
}

/** @param {Pitch} pitch @param {Words} words @returns {HTMLElement} how sure this dot is */
function makeMark(pitch, words) {
  const reached = STEPS.filter((step) => pitch.confidence >= step).length;
  const level = pitch.checked ? STEPS.length : reached;
  const bars = make("span", { class: "mark-bars", "data-level": level, "aria-hidden": "true" });
  bars.append(make("i"), make("i"), make("i"));
  const percent = words.confidence(Math.round(pitch.confidence * 100));
  const text = pitch.checked ? words.checked : words.sure[level];
  const more = make("span", { class: "hidden-text" }, `, ${percent}`);
  return make("p", { class: "mark", title: percent }, bars, text, more);
}

/** @param {Pitch} pitch @param {Words} words @param {CardActions} actions @returns {HTMLElement} */
function makeActions(pitch, words, actions) {
  const jump = make("button", { type: "button", class: "primary", "data-jump": true });
  jump.append(drawIcon("play"), words.jump(formatTime(pitch.pointMs)));
  jump.addEventListener("click", () => actions.jump(pitch));
  const row = make("div", { class: "card-actions" }, jump);
  if (pitch.product.url !== null) {
    const visit = {
      class: "secondary",
      href: pitch.product.url,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": words.visitLabel,
    };
    row.append(make("a", visit, words.visit, drawIcon("leave")));
  }
  return row;
}

/** @param {Pitch[]} others @param {Words} words @param {CardActions} actions @returns {HTMLElement} */
function makeOthers(others, words, actions) {
  const chips = make("ul", { class: "chips" });
  for (const other of others) {
    const chip = makeChip(formatTime(other.pointMs), words);
    chip.addEventListener("click", () => actions.jump(other));
    chips.append(make("li", {}, chip));
  }
  return make("div", { class: "card-others" }, make("h3", {}, words.otherPitches), chips);
}
