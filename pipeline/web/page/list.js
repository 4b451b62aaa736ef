/** The list of products with its search; the product that is on is marked and kept in sight. */

import { make, makeWords, prefersStillness } from "./element.js";
import { drawIcon } from "./icons.js";
import { makeChip, makePrice } from "./card.js";
import { drawPicture } from "./picture.js";
import { searchProducts } from "./search.js";
import { formatTime } from "./time.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Pitch} Pitch */
/** @typedef {import("./replay.js").Product} Product */

/** After the viewer has scrolled or typed, the list leaves its place alone for this long. */
const REST_MS = 6_000;

/**
 * @typedef {object} ListActions
 * @property {(pitch: Pitch) => void} jump
 * @property {(atMs: number) => void} seek
 * @property {(pitch: Pitch) => void} about
 * @property {(pitch: Pitch) => string | null} cover
 */

/** Shows what can be bought, in the order of the show. */
export class ProductList {
  /** @type {Map<Product, HTMLElement>} */ #rows = new Map();
  /** @type {Product | null} */ #current = null;
  #touchedAt = -Infinity;
  #heading = make("h2", { class: "goods-title" });
  #count = make("span", { class: "goods-count" });
  #query = make("input", {
    type: "search",
    id: "query",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "search",
  });
  #label = make("label", { class: "hidden-text", for: "query" });
  #found = make("p", { class: "hidden-text", role: "status" });
  #items = make("div", { class: "goods-list" });
  /** @type {Words} */ #words;

  /**
   * @param {Product[]} products
   * @param {Words} words
   * @param {ListActions} actions
   */
  constructor(products, words, actions) {
    this.products = products;
    this.actions = actions;
    this.#words = words;
    const head = make("div", { class: "goods-head" }, this.#heading, this.#count);
    const search = make("div", { class: "search" }, drawIcon("search"), this.#label, this.#query);
    this.element = make("section", { class: "goods" }, head, search, this.#found, this.#items);
    this.#query.addEventListener("input", () => this.#search());
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      this.#items.addEventListener(name, () => this.#touch(), { passive: true });
    }
    this.translate(words);
  }

  /** @param {Words} words */
  translate(words) {
    this.#words = words;
    this.element.setAttribute("aria-label", words.goods);
    this.#heading.textContent = words.goods;
    this.#label.textContent = words.search;
    this.#query.placeholder = words.searchHint;
    this.#rows = new Map(this.products.map((product) => [product, this.#drawRow(product)]));
    this.#draw();
    this.#mark();
  }

  /** @param {Pitch | null} pitch the one that is on */
  show(pitch) {
    const product = pitch?.product ?? null;
    if (product === this.#current) return;
    this.#current = product;
    this.#mark();
    const resting = performance.now() - this.#touchedAt > REST_MS;
    if (product && resting && !this.#query.value) this.#bringIntoSight(product);
  }

  #search() {
    this.#touch();
    const found = this.#draw();
    this.#items.scrollTop = 0;
    this.#found.textContent = this.#query.value.trim() ? this.#words.found(found) : "";
  }

  #touch() {
    this.#touchedAt = performance.now();
  }

  /** @returns {number} how many products are shown */
  #draw() {
    const found = searchProducts(this.products, this.#query.value);
    const pitched = found.filter((product) => product.pitches.length);
    const mentioned = found.filter((product) => !product.pitches.length);
    this.#count.textContent = this.#words.goodsCount(
      this.products.filter(({ pitches }) => pitches.length).length,
    );
    const blocks = [];
    if (pitched.length) blocks.push(this.#drawList(pitched));
    if (mentioned.length) {
      blocks.push(
        make("h3", { class: "goods-part" }, this.#words.mentioned),
        this.#drawList(mentioned),
      );
    }
    if (!found.length) {
      const text = this.products.length ? this.#words.nothingFound : this.#words.noPitches;
      blocks.push(make("p", { class: "goods-empty" }, text));
    }
    this.#items.replaceChildren(...blocks);
    return found.length;
  }

  /** @param {Product[]} products @returns {HTMLElement} */
  #drawList(products) {
    const rows = products.map((product) => /** @type {HTMLElement} */ (this.#rows.get(product)));
    return make("ul", {}, ...rows);
  }

  /** @param {Product} product @returns {HTMLElement} */
  #drawRow(product) {
    return product.pitches.length ? this.#drawPitched(product) : this.#drawMentioned(product);
  }

  /** @param {Product} product @returns {HTMLElement} */
  #drawPitched(product) {
    const [first, ...more] = product.pitches;
    const facts = make("span", { class: "row-facts" }, makeWords(product.title, "row-title"));
    const line = make("span", { class: "row-line" });
    if (product.price !== null) line.append(makePrice(product.price, "row-price"));
    if (!more.length || product.price === null)
      line.append(make("span", { class: "row-time" }, formatTime(first.pointMs)));
    line.append(make("span", { class: "row-now" }, this.#words.onNow));
    facts.append(line);
    const verb = make("span", { class: "hidden-text" }, this.#words.rowVerb);
    const picture = drawPicture(
      product.title,
      [product.image, this.actions.cover(first)],
      "row-picture",
    );
    const main = make("button", { type: "button", class: "row-main" }, picture, verb, facts);
    main.addEventListener("click", () => this.actions.jump(first));
    const about = make(
      "button",
      { type: "button", class: "tool row-about", "data-opens": true },
      drawIcon("about"),
    );
    about.setAttribute("aria-label", this.#words.aboutLabel(product.title));
    about.addEventListener("click", () => this.actions.about(first));
    const row = make("li", { class: "row", "data-product": product.id }, main, about);
    if (more.length) row.append(this.#drawTimes(product.pitches.map(({ pointMs }) => pointMs)));
    return row;
  }

  /** @param {Product} product @returns {HTMLElement} */
  #drawMentioned(product) {
    const picture = drawPicture(product.title, [product.image], "row-picture row-picture-small");
    const facts = make("span", { class: "row-facts" }, makeWords(product.title, "row-title"));
    const main = make("div", { class: "row-main" }, picture, facts);
    const row = { class: "row row-mentioned", "data-product": product.id };
    return make("li", row, main, this.#drawTimes(product.mentionsMs));
  }

  /** @param {number[]} times @returns {HTMLElement} */
  #drawTimes(times) {
    const chips = make("div", { class: "chips" });
    for (const atMs of times) {
      const chip = makeChip(formatTime(atMs), this.#words);
      chip.addEventListener("click", () => this.actions.seek(atMs));
      chips.append(chip);
    }
    return chips;
  }

  #mark() {
    for (const [product, row] of this.#rows) {
      if (product === this.#current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  /** @param {Product} product scrolls the list alone, never the page */
  #bringIntoSight(product) {
    const row = this.#rows.get(product);
    if (!row?.isConnected) return;
    const frame = this.#items.getBoundingClientRect();
    const box = row.getBoundingClientRect();
    if (box.top >= frame.top && box.bottom <= frame.bottom) return;
    const top = this.#items.scrollTop + box.top - frame.top - (frame.height - box.height) / 3;
    this.#items.scrollTo({ top, behavior: prefersStillness() ? "auto" : "smooth" });
  }
}
