/** What a moment shows, above the bar, while a pointer rests on it. */

import { make, makeWords } from "./element.js";
import { findPitchAt } from "./replay.js";
import { findThumbnail, parseThumbnails } from "./thumbnails.js";
import { formatTime } from "./time.js";

/** @typedef {import("./replay.js").Replay} Replay */
/** @typedef {import("./thumbnails.js").Thumbnail} Thumbnail */

/** The longer side of the picture in pixels; sheets with larger cells are drawn smaller. */
const LONGEST = 150;

/** A bubble with time, product and, where the replay has thumbnails, a picture. */
export class Preview {
  #picture = make("div", { class: "preview-picture", hidden: true });
  #time = make("span", { class: "preview-time" });
  #title = make("span", { class: "preview-title" });
  /** @type {Thumbnail[] | null} */ #thumbnails = null;

  /**
   * @param {Replay} replay
   * @param {() => Promise<string>} loadText loads thumbnails.vtt; asked for once, when it is needed
   * @param {string} base the address that the sheets are relative to
   */
  constructor(replay, loadText, base) {
    this.replay = replay;
    this.loadText = loadText;
    this.base = base;
    const caption = make("div", { class: "preview-caption" }, this.#time, this.#title);
    this.element = make(
      "div",
      { class: "preview", "aria-hidden": "true", hidden: true },
      this.#picture,
      caption,
    );
  }

  /**
   * Follow the pointer over an element.
   *
   * @param {HTMLElement} element
   * @param {HTMLElement} track whose left end is the start and right end the end of the replay
   */
  watch(element, track) {
    element.addEventListener("pointermove", (event) => this.#show(event.clientX, track));
    for (const name of ["pointerleave", "pointercancel"]) {
      element.addEventListener(name, () => {
        this.element.hidden = true;
      });
    }
    element.addEventListener("pointerup", (event) => {
      if (event.pointerType !== "mouse") this.element.hidden = true;
    });
  }

  /** @param {number} clientX @param {HTMLElement} track */
  #show(clientX, track) {
    if (this.#thumbnails === null)
      this.#load().then(() => this.element.hidden || this.#show(clientX, track));
    const box = track.getBoundingClientRect();
    const x = Math.max(0, Math.min(clientX - box.left, box.width));
    const atMs = Math.round((x / box.width) * this.replay.durationMs);
    this.#time.textContent = formatTime(atMs);
    const pitch = findPitchAt(this.replay.pitches, atMs);
    this.#title.replaceChildren(pitch ? makeWords(pitch.product.title) : "");
    this.#draw(findThumbnail(this.#thumbnails ?? [], atMs));
    this.element.hidden = false;
    const half = this.element.offsetWidth / 2;
    this.element.style.left = `${Math.max(half, Math.min(x, box.width - half))}px`;
  }

  async #load() {
    this.#thumbnails = [];
    this.#thumbnails = parseThumbnails(await this.loadText(), this.base);
  }

  /** @param {Thumbnail | null} thumbnail */
  #draw(thumbnail) {
    this.#picture.hidden = thumbnail === null;
    if (thumbnail === null) return;
    const { url, x, y, width, height } = thumbnail;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const { style } = this.#picture;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.zoom = String(scale);
    style.backgroundImage = `url("${CSS.escape(url)}")`;
    style.backgroundPosition = `-${x}px -${y}px`;
  }
}
