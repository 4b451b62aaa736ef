/** A product's picture: its own, else a cover of its pitch, else a tile with its first letter. */

import { make } from "./element.js";

/**
 * Draw the first picture that loads; the tile shows until one does, and stays when none does.
 *
 * @param {string} title
 * @param {(string | null)[]} addresses by preference
 * @param {string} className
 * @returns {HTMLElement}
 */
export function drawPicture(title, addresses, className) {
  const letter = [...title].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? "·";
  const tile = make("span", { class: "tile", "aria-hidden": "true" }, letter);
  const frame = make("div", { class: `picture ${className}` }, tile);
  tryNext(
    frame,
    addresses.filter((address) => address !== null),
  );
  return frame;
}

/** @param {HTMLElement} frame @param {string[]} addresses */
function tryNext(frame, [address, ...rest]) {
  if (address === undefined) return;
  const image = make("img", {
    alt: "",
    loading: "lazy",
    decoding: "async",
    referrerpolicy: "no-referrer",
  });
  image.addEventListener("load", () => frame.classList.add("picture-shown"));
  image.addEventListener("error", () => {
    image.remove();
    tryNext(frame, rest);
  });
  image.src = address;
  frame.append(image);
}
