/** The progress bar: where we are, what is pitched when, and a dot per pitch to press. */

import { make } from "./element.js";
import { groupPitches } from "./grouping.js";
import { Preview } from "./preview.js";
import { formatTime } from "./time.js";

/** @typedef {import("./grouping.js").Group} Group */
/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Pitch} Pitch */
/** @typedef {import("./replay.js").Replay} Replay */

/** Pixels between centres: a fingertip's target (WCAG 2.2, 2.5.8 asks for 24), and a little air. */
const GAP = 26;
const STEP_MS = 5_000;
const PAGE_STEP_MS = 60_000;

/** Draws the bar; tells where the viewer wants to go and which dot was pressed. */
export class Bar {
  /** @type {Group[]} */ #groups = [];
  /** @type {HTMLButtonElement[]} */ #dots = [];
  /** @type {Pitch | null} */ #current = null;
  /** @type {Pitch | null} whose dot is marked as open */ #opened = null;
  #width = 0;
  #played = make("div", { class: "bar-played" });
  #track = make("div", { class: "bar-track" });
  #lane = make("div", { class: "bar-lane", role: "group" });
  #seek = make("input", { class: "bar-seek", type: "range", min: 0, step: 1, value: 0 });
  /** @type {Words} */ #words;

  /**
   * @param {Replay} replay
   * @param {Words} words
   * @param {Preview} preview
   * @param {(atMs: number) => void} onSeek
   * @param {(group: Group, dot: HTMLButtonElement) => void} onPress
   */
  constructor(replay, words, preview, onSeek, onPress) {
    this.replay = replay;
    this.onSeek = onSeek;
    this.onPress = onPress;
    this.#words = words;
    this.#seek.max = String(replay.durationMs);
    this.#drawSpans();
    this.element = make(
      "div",
      { class: "bar" },
      this.#track,
      this.#seek,
      this.#lane,
      preview.element,
    );
    this.#seek.addEventListener("input", () => onSeek(Number(this.#seek.value)));
    this.#seek.addEventListener("keydown", (event) => this.#step(event));
    this.#lane.addEventListener("keydown", (event) => this.#walk(event));
    preview.watch(this.#seek, this.#track);
    new ResizeObserver(() => this.#layOut()).observe(this.#track);
    this.translate(words);
  }

  /**
   * @param {number} atMs
   * @param {Pitch | null} pitch the one that is on
   */
  show(atMs, pitch) {
    this.#played.style.width = `${(100 * Math.min(atMs, this.replay.durationMs)) / this.replay.durationMs}%`;
    if (Number(this.#seek.value) !== atMs) this.#seek.value = String(atMs);
    const what = pitch
      ? `${this.#words.spoken(atMs)}, ${pitch.product.title}`
      : this.#words.spoken(atMs);
    this.#seek.setAttribute("aria-valuetext", what);
    if (pitch === this.#current) return;
    this.#current = pitch;
    this.#mark();
  }

  /**
   * Return the dot that stands for a pitch, alone or with others.
   *
   * @param {Pitch} pitch
   * @returns {HTMLButtonElement | null}
   */
  findDot(pitch) {
    const place = this.#groups.findIndex((group) => group.pitches.includes(pitch));
    return this.#dots[place] ?? null;
  }

  /**
   * Return the pitches that share a dot with this one, itself among them.
   *
   * @param {Pitch} pitch
   * @returns {Pitch[]}
   */
  listNearby(pitch) {
    return this.#groups.find((group) => group.pitches.includes(pitch))?.pitches ?? [pitch];
  }

  /**
   * Mark the dot whose card or list is open, or none.
   *
   * @param {Pitch | null} pitch
   */
  setOpened(pitch) {
    this.#opened = pitch;
    this.#mark();
  }

  /** @param {Words} words */
  translate(words) {
    this.#words = words;
    this.#seek.setAttribute("aria-label", words.seek);
    this.#lane.setAttribute("aria-label", words.dots);
    this.#drawDots();
  }

  #drawSpans() {
    const { durationMs, pitches } = this.replay;
    for (const pitch of pitches) {
      const span = make("div", { class: "bar-span" });
      span.style.left = `${(100 * pitch.startMs) / durationMs}%`;
      span.style.width = `${(100 * (pitch.endMs - pitch.startMs)) / durationMs}%`;
      this.#track.append(span);
    }
    this.#track.append(this.#played);
  }

  #layOut() {
    const width = this.#track.clientWidth;
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.#groups = groupPitches(this.replay.pitches, this.replay.durationMs, width, GAP);
    this.#drawDots();
    this.element.dispatchEvent(new Event("layout"));
  }

  #drawDots() {
    const focused = this.#dots.findIndex((dot) => dot === document.activeElement);
    const keep = focused < 0 ? null : this.#dots[focused].dataset.first;
    this.#dots = this.#groups.map((group) => this.#drawDot(group));
    this.#lane.replaceChildren(...this.#dots);
    this.#mark();
    if (keep === null) return;
    const place = this.#groups.findIndex((group) => group.pitches.some(({ id }) => id === keep));
    this.#dots[place]?.focus();
  }

  /** @param {Group} group @returns {HTMLButtonElement} */
  #drawDot(group) {
    const [first] = group.pitches;
    const count = group.pitches.length;
    const { spoken, dotLabel, clusterLabel } = this.#words;
    const label =
      count === 1
        ? dotLabel(first.product.title, spoken(first.pointMs))
        : clusterLabel(count, spoken(first.pointMs), spoken(group.pitches[count - 1].pointMs));
    const dot = make("button", {
      type: "button",
      class: count === 1 ? "dot" : "dot dot-cluster",
      "aria-label": label,
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      "data-first": first.id,
      title: count === 1 ? `${formatTime(first.pointMs)} ${first.product.title}` : label,
    });
    dot.append(make("span", { class: "dot-face" }, count === 1 ? "" : String(count)));
    dot.style.left = `${group.x}px`;
    dot.addEventListener("click", () => this.onPress(group, dot));
    dot.addEventListener("focus", () => this.#rove(dot));
    return dot;
  }

  #mark() {
    for (const [place, group] of this.#groups.entries()) {
      const dot = this.#dots[place];
      const opened = this.#opened !== null && group.pitches.includes(this.#opened);
      const current = this.#current !== null && group.pitches.includes(this.#current);
      dot.setAttribute("aria-expanded", String(opened));
      dot.classList.toggle("dot-now", current);
    }
    if (!this.#dots.some((dot) => dot.tabIndex === 0 && dot === document.activeElement)) {
      const marked = this.#current ? this.findDot(this.#current) : null;
      this.#rove(marked ?? this.#dots[0]);
    }
  }

  /** Let Tab reach this dot alone; arrows reach the others. @param {HTMLButtonElement} [target] */
  #rove(target) {
    for (const dot of this.#dots) dot.tabIndex = dot === target ? 0 : -1;
  }

  /** @param {KeyboardEvent} event arrows among the dots */
  #walk(event) {
    const here = this.#dots.findIndex((dot) => dot === event.target);
    const last = this.#dots.length - 1;
    const places = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last };
    const place = places[/** @type {keyof typeof places} */ (event.key)];
    if (here < 0 || place === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#dots[Math.max(0, Math.min(place, last))].focus();
  }

  /** @param {KeyboardEvent} event arrows on the bar itself */
  #step(event) {
    const steps = {
      ArrowLeft: -STEP_MS,
      ArrowDown: -STEP_MS,
      ArrowRight: STEP_MS,
      ArrowUp: STEP_MS,
      PageDown: -PAGE_STEP_MS,
      PageUp: PAGE_STEP_MS,
    };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.onSeek(Math.max(0, Math.min(Number(this.#seek.value) + step, this.replay.durationMs)));
  }
}
