/** The row of buttons under the bar: play, time, what is on, speed, sound, full screen. */

import { make, makeWords } from "./element.js";
import { drawIcon } from "./icons.js";
import { formatTime } from "./time.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./replay.js").Pitch} Pitch */

const RATES = [1, 1.25, 1.5, 2, 0.75];

/** Shows the player's state and changes it. */
export class Controls {
  #play = make("button", { type: "button", class: "tool tool-play" });
  #mute = make("button", { type: "button", class: "tool" });
  #rate = make("button", { type: "button", class: "tool tool-rate" });
  #expand = make("button", { type: "button", class: "tool" }, drawIcon("expand"));
  #time = make("span", { class: "clock" });
  #now = make("span", { class: "now" });
  /** @type {string | null} */ #nowId = null;
  /** @type {Words} */ #words;

  /**
   * @param {Player} player
   * @param {number} durationMs
   * @param {Words} words
   * @param {HTMLElement} frame what fills the screen
   */
  constructor(player, durationMs, words, frame) {
    this.player = player;
    this.durationMs = durationMs;
    this.#words = words;
    this.element = make("div", { class: "controls" }, this.#play, this.#time, this.#now);
    if (player.hasVideo) this.element.append(this.#rate, this.#mute, this.#expand);
    this.#play.disabled = !player.hasVideo;
    this.#play.addEventListener("click", () => player.toggle());
    this.#mute.addEventListener("click", () => {
      player.video.muted = !player.video.muted;
    });
    this.#rate.addEventListener("click", () => this.#changeRate());
    this.#expand.addEventListener("click", () => this.#fillScreen(frame));
    document.addEventListener("fullscreenchange", () => this.translate(this.#words));
    this.translate(words);
  }

  /**
   * Show the player's position and what is pitched there.
   *
   * @param {Pitch | null} pitch
   */
  show(pitch) {
    const { paused, positionMs, video } = this.player;
    this.#time.textContent = `${formatTime(positionMs)} / ${formatTime(this.durationMs)}`;
    this.#face(
      this.#play,
      paused ? "play" : "pause",
      paused ? this.#words.play : this.#words.pause,
    );
    const { muted } = video;
    this.#face(
      this.#mute,
      muted ? "muted" : "sound",
      muted ? this.#words.unmute : this.#words.mute,
    );
    this.#rate.textContent = `${video.playbackRate}×`;
    this.#rate.setAttribute("aria-label", `${this.#words.rate} ${video.playbackRate}×`);
    if ((pitch?.id ?? null) !== this.#nowId) {
      this.#nowId = pitch?.id ?? null;
      this.#now.replaceChildren(pitch ? makeWords(pitch.product.title) : "");
    }
  }

  /** @param {Words} words */
  translate(words) {
    this.#words = words;
    for (const button of [this.#play, this.#mute]) delete button.dataset.face;
    const label = document.fullscreenElement ? words.shrink : words.expand;
    this.#expand.setAttribute("aria-label", label);
    this.#expand.title = label;
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {"play" | "pause" | "sound" | "muted"} icon
   * @param {string} label
   */
  #face(button, icon, label) {
    if (button.dataset.face === icon) return;
    button.dataset.face = icon;
    button.replaceChildren(drawIcon(icon));
    button.setAttribute("aria-label", label);
    button.title = label;
  }

  #changeRate() {
    const { video } = this.player;
    video.playbackRate = RATES[(RATES.indexOf(video.playbackRate) + 1) % RATES.length];
  }

  /** @param {HTMLElement} frame */
  async #fillScreen(frame) {
    const video = /** @type {any} */ (this.player.video);
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else if (document.fullscreenEnabled) await frame.requestFullscreen();
      else video.webkitEnterFullscreen?.(); // Telephones of Apple fill the screen with videos only.
    } catch {
      // The browser refused; the page stays as it is.
    }
  }
}
