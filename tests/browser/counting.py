"""A film whose every picture says which one it is, and a script that reads it off the screen."""

from __future__ import annotations

RATE = 25
BITS = 12
"""Pictures are counted to 4095, in two rows of six blocks; two more rows show the opposite."""

READ_PICTURES = """
window.seen = [];
window.jumps = 0;
let soughtMs = 0;
const canvas = new OffscreenCanvas(180, 320);
const context = canvas.getContext("2d", { willReadFrequently: true });
const watch = (video) => video.requestVideoFrameCallback((now, frame) => {
  context.drawImage(video, 0, 0, 180, 320);
  const { data } = context.getImageData(0, 0, 180, 320);
  const light = (column, row) => data[4 * (180 * (40 + 80 * row) + 15 + 30 * column)];
  let number = 0, clear = true;
  for (let bit = 0; bit < 12; bit += 1) {
    const [column, row] = [bit % 6, Math.floor(bit / 6)];
    const [told, other] = [light(column, row), light(column, row + 2)];
    clear &&= Math.abs(told - other) > 100;
    if (told > other) number += 2 ** bit;
  }
  // A picture that was on its way when the jump began is none of its pictures: a busy Chromium
  // shows the film's first one as late as between `seeking` and `seeked`.
  if (frame.presentationTime >= soughtMs && !video.seeking) {
    window.seen.push({ clear, pictureMs: number * 40, mediaMs: frame.mediaTime * 1000 });
  }
  watch(video);
});
document.addEventListener("loadedmetadata", ({ target }) => {
  // A busy machine looks late: it then still sees the first picture.
  target.playbackRate = 0.0625;
  watch(target);
}, true);
document.addEventListener("seeking", () => {
  soughtMs = performance.now();
  window.seen.length = 0;
  window.jumps += 1;
}, true);
"""
"""Counts jumps, and fills `seen` with the pictures since the last: by pixels, and by the clock."""


def draw_count() -> str:
    """Return the source of pictures, 180 by 320, for ffmpeg."""
    drawn = [f"color=c=black:s=180x320:r={RATE}"]
    for bit in range(BITS):
        column, row = bit % 6, bit // 6
        for at, wanted in ((row, 1), (row + 2, 0)):
            where = f"x={30 * column}:y={80 * at}:w=30:h=80"
            when = f"eq(mod(floor(n/{2**bit})\\,2)\\,{wanted})"
            drawn.append(f"drawbox={where}:c=white:t=fill:enable='{when}'")
    return ",".join([*drawn, "format=yuv420p"])
