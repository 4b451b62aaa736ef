/** The picture: a video and its state, or a clock alone where the show has no video. */

import { Backdrop } from "./backdrop.js";
import { make } from "./element.js";
import { drawIcon } from "./icons.js";
import { attachMedia } from "./media.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./replay.js").Replay} Replay */

/** Plays one replay; `change` tells that position, play state or volume are not what they were. */
export class Player {
  /** @type {Replay} */ #replay;
  /** @type {Words} */ #words;
  /** @type {HTMLElement} */ #notice;
  /** @type {HTMLButtonElement} */ #start;
  /** @type {number | null} where to begin once the length is known */ #waitingMs = null;
  #clockMs = 0;
  #broken = false;

  /**
   * @param {Replay} replay
   * @param {Words} words
   * @param {string | null} poster
   * @param {() => void} change
   */
  constructor(replay, words, poster, change) {
    this.#replay = replay;
    this.#words = words;
    this.change = change;
    this.video = make("video", { preload: "metadata", playsinline: true, poster });
    this.#notice = make("p", { class: "notice", role: "status", hidden: true });
    this.#start = make("button", { class: "start", type: "button" }, drawIcon("play"));
    this.element = make("div", { class: "stage" });
    if (this.hasVideo) this.#showVideo(poster);
    else this.element.append(this.#notice);
    this.translate(words);
  }

  get hasVideo() {
    return this.#replay.media.length > 0;
  }

  get paused() {
    return !this.hasVideo || this.video.paused;
  }

  get positionMs() {
    if (!this.hasVideo) return this.#clockMs;
    return this.#waitingMs ?? Math.round(this.video.currentTime * 1000);
  }

  /**
   * Go to a moment, at once or as soon as the length of the video is known.
   *
   * @param {number} atMs clipped to the replay
   */
  seek(atMs) {
    const target = Math.max(0, Math.min(atMs, this.#replay.durationMs));
    this.#clockMs = target;
    if (this.hasVideo && this.video.readyState === HTMLMediaElement.HAVE_NOTHING) {
      this.#waitingMs = target;
    } else if (this.hasVideo) this.video.currentTime = target / 1000;
    this.change();
  }

  play() {
    if (!this.hasVideo) return;
    // A browser may refuse to play without a click; the picture then waits for one.
    this.video.play().catch(() => this.change());
  }

  toggle() {
    if (this.paused) this.play();
    else this.video.pause();
  }

  /** @param {Words} words */
  translate(words) {
    this.#words = words;
    this.video.setAttribute("aria-label", words.video);
    this.#start.setAttribute("aria-label", words.play);
    if (!this.hasVideo) this.#say(words.noVideo);
    else if (this.#broken) this.#say(words.broken);
  }

  /** @param {string | null} poster */
  #showVideo(poster) {
    const { video } = this;
    const [first] = this.#replay.media;
    if (first.width && first.height) {
      this.element.style.setProperty("--ratio", String(first.width / first.height));
    }
    this.element.append(new Backdrop(video, poster).element, video, this.#start, this.#notice);
    for (const name of [
      "timeupdate",
      "seeked",
      "play",
      "pause",
      "ended",
      "volumechange",
      "ratechange",
    ]) {
      video.addEventListener(name, () => this.#follow());
    }
    video.addEventListener("loadedmetadata", () => this.#begin());
    video.addEventListener("click", () => this.toggle());
    this.#start.addEventListener("click", () => this.play());
    attachMedia(video, this.#replay.media, () => this.#fail());
  }

  #begin() {
    if (this.#waitingMs !== null) this.video.currentTime = this.#waitingMs / 1000;
    this.#waitingMs = null;
    this.change();
  }

  #follow() {
    this.#start.hidden = !this.video.paused;
    this.change();
  }

  #fail() {
    this.#broken = true;
    this.#start.hidden = true;
    this.#say(this.#words.broken);
  }

  /** @param {string} text */
  #say(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = false;
  }
}
