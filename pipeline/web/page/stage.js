/** Puts the parts together: what a press on a dot, a row or a link does. */

import { Bar } from "./bar.js";
import { makeCard } from "./card.js";
import { makeCluster } from "./cluster.js";
import { Controls } from "./controls.js";
import { make } from "./element.js";
import { formatFragment, parseFragment } from "./fragment.js";
import { ProductList } from "./list.js";
import { Player } from "./player.js";
import { Popover } from "./popover.js";
import { Preview } from "./preview.js";
import { findPitchAt } from "./replay.js";
import { findCover, loadThumbnails } from "./source.js";
import { formatTime } from "./time.js";

/** @typedef {import("./grouping.js").Group} Group */
/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Pitch} Pitch */
/** @typedef {import("./replay.js").Replay} Replay */
/** @typedef {import("./source.js").Pictures} Pictures */

/** The page of one replay. */
export class Stage {
  /** @type {Pitch | null} whose card is open: the next press on its dot jumps */ #shown = null;
  /** @type {Pitch[] | null} whose list is open */ #listed = null;
  #spoken = make("p", { class: "hidden-text", role: "status" });
  /** @type {Words} */ #words;

  /**
   * @param {Replay} replay
   * @param {Pictures} pictures
   * @param {Words} words
   */
  constructor(replay, pictures, words) {
    this.replay = replay;
    this.#words = words;
    this.cover = (/** @type {Pitch} */ pitch) => findCover(pictures, pitch.id);
    const [first] = replay.pitches;
    const poster = first ? this.cover(first) : null;
    const watch = make("section", { class: "watch" });
    this.player = new Player(replay, words, poster, () => this.#follow());
    const preview = new Preview(replay, () => loadThumbnails(pictures), pictures.base);
    this.bar = new Bar(
      replay,
      words,
      preview,
      (atMs) => this.#seek(atMs),
      (group) => this.#press(group),
    );
    this.popover = new Popover(() => this.#closed());
    this.controls = new Controls(this.player, replay.durationMs, words, watch);
    this.list = new ProductList(replay.products, words, {
      jump: (pitch) => this.#jump(pitch),
      seek: (atMs) => this.#go(atMs),
      about: (pitch) => this.#showCard(pitch),
      cover: this.cover,
    });
    const deck = make(
      "div",
      { class: "deck" },
      this.bar.element,
      this.popover.element,
      this.controls.element,
    );
    watch.append(this.player.element, deck, this.#spoken);
    this.element = make("main", { class: "show" }, watch, this.list.element);
    this.bar.element.addEventListener("layout", () => this.#replace());
    document.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("hashchange", () => this.openLink());
  }

  /** Go where the address says: a moment, a product, or a product's pitch at that moment. */
  openLink() {
    const { atMs, productId } = parseFragment(window.location.hash);
    const product = this.replay.products.find(({ id }) => id === productId);
    const pitches = product?.pitches ?? [];
    const pitch = pitches.findLast(({ startMs }) => startMs <= (atMs ?? 0)) ?? pitches[0] ?? null;
    if (atMs !== null) this.player.seek(atMs);
    else if (pitch) this.player.seek(pitch.pointMs);
    else if (product?.mentionsMs.length) this.player.seek(product.mentionsMs[0]);
    // The dots are laid out after the first paint; the card needs one to point at.
    if (pitch) requestAnimationFrame(() => requestAnimationFrame(() => this.#showCard(pitch)));
    this.#follow();
  }

  /** @param {Words} words */
  translate(words) {
    this.#words = words;
    for (const part of [this.player, this.controls, this.bar, this.list]) part.translate(words);
    if (this.#shown) this.#showCard(this.#shown);
    else if (this.#listed) this.#showList(this.#listed);
    this.#follow();
  }

  #follow() {
    if (!this.controls) return; // The player reports while the page is still being put together.
    const atMs = this.player.positionMs;
    const pitch = findPitchAt(this.replay.pitches, atMs);
    this.controls.show(pitch);
    this.bar.show(atMs, pitch);
    this.list.show(pitch);
  }

  /** @param {Group} group a press on its dot */
  #press(group) {
    const [pitch] = group.pitches;
    if (group.pitches.length > 1) {
      const open =
        this.popover.isOpen &&
        [this.#shown, ...(this.#listed ?? [])].some((one) => one && group.pitches.includes(one));
      if (open) this.popover.close();
      else this.#showList(group.pitches);
    } else if (this.#shown === pitch) this.#jump(pitch);
    else this.#showCard(pitch);
  }

  /** @param {Pitch[]} pitches */
  #showList(pitches) {
    const dot = this.bar.findDot(pitches[0]);
    if (!dot) return;
    this.#shown = null;
    this.#listed = pitches;
    const choose = (/** @type {Pitch} */ pitch) => {
      this.#showCard(pitch);
      this.#focusInside("[data-jump]");
    };
    const content = makeCluster(pitches, this.#words, choose, () => this.popover.close());
    this.popover.open(content, dot, this.#words.cluster(pitches.length));
    this.bar.setOpened(pitches[0]);
    this.#spoken.textContent = this.#words.cluster(pitches.length);
  }

  /** @param {Pitch} pitch */
  #showCard(pitch) {
    const dot = this.bar.findDot(pitch);
    if (!dot) return;
    const nearby = this.bar.listNearby(pitch);
    const back = () => {
      this.#showList(nearby);
      this.#focusInside(`[data-pitch="${CSS.escape(pitch.id)}"]`);
    };
    const content = makeCard(pitch, this.cover(pitch), this.#words, {
      jump: (chosen) => this.#jump(chosen),
      close: () => this.popover.close(),
      back: nearby.length > 1 ? back : null,
      nearby: nearby.length,
    });
    this.#shown = pitch;
    this.#listed = null;
    this.popover.open(content, dot, `${this.#words.card}: ${pitch.product.title}`);
    this.bar.setOpened(pitch);
    this.#link({
      productId: pitch.product.id,
      atMs: pitch === pitch.product.pitches[0] ? null : pitch.pointMs,
    });
    const price = pitch.product.price === null ? "" : `, ¥${pitch.product.price}`;
    const what = `${pitch.product.title}${price}, ${this.#words.spoken(pitch.pointMs)}`;
    this.#spoken.textContent = nearby.length > 1 ? what : this.#words.opened(what);
  }

  /** @param {string} selector */
  #focusInside(selector) {
    /** @type {HTMLElement | null} */ (this.popover.element.querySelector(selector))?.focus();
  }

  #closed() {
    this.#shown = null;
    this.#listed = null;
    this.bar.setOpened(null);
  }

  /** After a new layout other dots stand for what is open. */
  #replace() {
    const pitch = this.#shown ?? this.#listed?.[0];
    if (!pitch || !this.popover.isOpen) return;
    if (this.#listed) this.popover.close();
    else this.#showCard(pitch);
  }

  /** @param {Pitch} pitch */
  #jump(pitch) {
    this.#go(pitch.pointMs);
    this.#spoken.textContent = this.#words.jumped(pitch.product.title, formatTime(pitch.pointMs));
  }

  /** @param {number} atMs */
  #go(atMs) {
    this.popover.close();
    this.#seek(atMs);
    this.player.play();
  }

  /** @param {number} atMs */
  #seek(atMs) {
    this.player.seek(atMs);
    this.#link({ productId: null, atMs });
  }

  /** @param {import("./fragment.js").Place} place */
  #link(place) {
    window.history.replaceState(null, "", formatFragment(place));
  }

  /** @param {KeyboardEvent} event keys that no control under the focus takes for itself */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const taken = target.closest("button, a, input, [role=dialog]") && target !== document.body;
    if (taken || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowLeft: -5_000, ArrowRight: 5_000 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (event.key === " ") this.player.toggle();
    else if (step) this.#seek(Math.max(0, this.player.positionMs + step));
    else return;
    event.preventDefault();
  }
}
