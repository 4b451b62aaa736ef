/** The page's icons: strokes on a 24 by 24 grid. */

import { makeIcon } from "./element.js";

const PATHS = {
  play: ["M7.5 4.8v14.4L19 12z"],
  pause: ["M8 5v14", "M16 5v14"],
  sound: [
    "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z",
    "M15.5 9a4.2 4.2 0 0 1 0 6",
    "M18 6.5a7.8 7.8 0 0 1 0 11",
  ],
  muted: ["M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M16 9.5l5 5", "M21 9.5l-5 5"],
  expand: ["M4 9V4h5", "M20 9V4h-5", "M4 15v5h5", "M20 15v5h-5"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  back: ["M14.5 5.5L8 12l6.5 6.5"],
  leave: ["M9 5H5v14h14v-4", "M13 4h7v7", "M20 4l-9.5 9.5"],
  about: ["M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17", "M12 11v5.5", "M12 7.6v.2"],
  search: ["M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13", "M15.5 15.5L20.5 20.5"],
};

/**
 * Draw an icon; `play` is filled, the others are lines.
 *
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement}
 */
export function drawIcon(name) {
  const icon = makeIcon(...PATHS[name]);
  if (name === "play") icon.classList.add("icon-filled");
  return icon;
}
