/** A soft glow of the picture's own colours around a video that does not fill its stage. */

import { make, prefersStillness } from "./element.js";

const WIDTH = 24;
const HEIGHT = 24;

/** Repaints at the video's own time updates, about four times a second, on 24 by 24 pixels. */
export class Backdrop {
  /**
   * @param {HTMLVideoElement} video
   * @param {string | null} poster shown until the video has a frame
   */
  constructor(video, poster) {
    const size = { width: WIDTH, height: HEIGHT };
    this.element = make("canvas", { class: "backdrop", "aria-hidden": "true", ...size });
    const paint = () => {
      const ready = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
      if (ready && (poster === null || video.played.length)) this.#draw(video);
    };
    for (const name of ["seeked", "pause", "playing"]) video.addEventListener(name, paint);
    // The first frame of a video that nobody has started comes some time after its data.
    if (poster === null) video.requestVideoFrameCallback?.(paint);
    else this.#drawPoster(poster);
    video.addEventListener("timeupdate", () => {
      if (!prefersStillness()) paint();
    });
  }

  /** @param {string} address */
  #drawPoster(address) {
    const image = make("img");
    image.addEventListener("load", () => this.#draw(image));
    image.src = address;
  }

  /** @param {CanvasImageSource} picture */
  #draw(picture) {
    this.element.getContext("2d")?.drawImage(picture, 0, 0, WIDTH, HEIGHT);
  }
}
