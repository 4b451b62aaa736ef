"""Drawing with smooth edges: a supersampled canvas, splines, gradients, glows and text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageFont

Picture = Image.Image
Point = tuple[float, float]

WIDTH, HEIGHT = 720, 1280
"""Layout units of the whole room; one unit is one pixel of the finished layer."""

SUPERSAMPLE = 3
"""Shapes are drawn this much larger and reduced: Pillow's own polygons have hard edges."""

FONT_FILES = {
    "regular": "NotoSansCJK-Regular.ttc",
    "bold": "NotoSansCJK-Bold.ttc",
}
SIMPLIFIED = 2
"""Face number of the Simplified Chinese forms inside the Noto Sans CJK collections."""

SPLINE_STEPS = 14
OPAQUE = 255


@lru_cache(maxsize=64)
def font(size: int, weight: str = "regular") -> ImageFont.FreeTypeFont:
    """Return Noto Sans CJK SC (Debian package fonts-noto-cjk)."""
    return ImageFont.truetype(FONT_FILES[weight], size, index=SIMPLIFIED)


def spline(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """Return a smooth (Catmull-Rom) line through all points."""
    count = len(points)
    last = count if closed else count - 1
    smooth: list[Point] = []
    for i in range(last):
        around = [points[_neighbour(i + k, count, closed=closed)] for k in (-1, 0, 1, 2)]
        smooth += [_catmull_rom(around, step / SPLINE_STEPS) for step in range(SPLINE_STEPS)]
    return smooth if closed else [*smooth, points[-1]]


def _neighbour(i: int, count: int, *, closed: bool) -> int:
    return i % count if closed else min(max(i, 0), count - 1)


def _catmull_rom(points: Sequence[Point], t: float) -> Point:
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (-(t**2) + t**3) / 2,
    )
    pairs = list(zip(weights, points, strict=True))
    return sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)


class Canvas:
    """A transparent sheet in layout units; `finish` returns it as a picture."""

    def __init__(self, width: int, height: int) -> None:
        """Start with nothing on the sheet."""
        self.width, self.height = width, height
        self._sheet = Image.new("RGBA", (width * SUPERSAMPLE, height * SUPERSAMPLE))

    def finish(self, blur: float = 0.0) -> Picture:
        """Return the sheet at its real size, blurred by `blur` units."""
        small = self._sheet.resize((self.width, self.height), Image.Resampling.BOX)
        return blurred(small, blur) if blur else small

    def ellipse(self, centre: Point, rx: float, ry: float, fill: str) -> None:
        """Fill an ellipse."""
        x, y = centre
        box = self._up([(x - rx, y - ry), (x + rx, y + ry)])
        self._put(fill, lambda draw, colour: draw.ellipse(box, fill=colour))

    def ring(self, centre: Point, radius: float, width: float, fill: str) -> None:
        """Draw the outline of a circle."""
        x, y = centre
        box = self._up([(x - radius, y - radius), (x + radius, y + radius)])
        pen = round(width * SUPERSAMPLE)
        self._put(fill, lambda draw, colour: draw.ellipse(box, outline=colour, width=pen))

    def box(self, corner: Point, size: Point, radius: float, fill: str) -> None:
        """Fill a rectangle with rounded corners."""
        (x, y), (w, h) = corner, size
        box = self._up([(x, y), (x + w, y + h)])
        round_by = radius * SUPERSAMPLE
        self._put(fill, lambda draw, colour: draw.rounded_rectangle(box, round_by, fill=colour))

    def shape(self, points: Sequence[Point], fill: str, *, smooth: bool = True) -> None:
        """Fill a closed shape."""
        outline = self._up(spline(points) if smooth else points)
        self._put(fill, lambda draw, colour: draw.polygon(outline, fill=colour))

    def stroke(self, points: Sequence[Point], width: float, fill: str) -> None:
        """Draw a smooth open line with round ends."""
        path = self._up(spline(points, closed=False))
        radius = width * SUPERSAMPLE / 2

        def draw_it(draw: ImageDraw.ImageDraw, colour: tuple[int, ...]) -> None:
            draw.line(path, fill=colour, width=round(2 * radius))
            for x, y in path:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

        self._put(fill, draw_it)

    def text(
        self,
        at: Point,
        text: str,
        size: float,
        fill: str,
        *,
        weight: str = "bold",
        anchor: str = "lm",
    ) -> None:
        """Write one line; `anchor` is Pillow's (lm: left, middle)."""
        face = font(round(size * SUPERSAMPLE), weight)
        place = self._up([at])[0]
        self._put(
            fill, lambda draw, colour: draw.text(place, text, fill=colour, font=face, anchor=anchor)
        )

    def shaded(self, points: Sequence[Point], top: str, bottom: str) -> None:
        """Fill a smooth closed shape with a vertical gradient from `top` to `bottom`."""
        outline = self._up(spline(points))
        mask = Image.new("L", self._sheet.size)
        ImageDraw.Draw(mask).polygon(outline, fill=OPAQUE)
        heights = [y for _, y in outline]
        low, high = int(min(heights)), math.ceil(max(heights))
        band = gradient(self._sheet.width, max(1, high - low), top, bottom)
        layer = Image.new("RGBA", self._sheet.size)
        layer.paste(band, (0, low))
        clear = Image.new("RGBA", self._sheet.size)
        self._sheet.alpha_composite(Image.composite(layer, clear, mask))

    def picture(self, picture: Picture, at: Point) -> None:
        """Put a finished picture on the sheet."""
        size = (picture.width * SUPERSAMPLE, picture.height * SUPERSAMPLE)
        x, y = self._up([at])[0]
        big = picture.resize(size, Image.Resampling.BICUBIC)
        self._sheet.alpha_composite(big, (round(x), round(y)))

    def _up(self, points: Sequence[Point]) -> list[Point]:
        return [(x * SUPERSAMPLE, y * SUPERSAMPLE) for x, y in points]

    def _put(
        self, fill: str, draw_it: Callable[[ImageDraw.ImageDraw, tuple[int, ...]], None]
    ) -> None:
        """Draw; translucent colours need a layer of their own, or Pillow replaces alpha."""
        colour = rgba(fill)
        if colour[3] == OPAQUE:
            draw_it(ImageDraw.Draw(self._sheet), colour)
            return
        layer = Image.new("RGBA", self._sheet.size)
        draw_it(ImageDraw.Draw(layer), colour)
        self._sheet.alpha_composite(layer)


def rgba(colour: str) -> tuple[int, int, int, int]:
    """Return the four channels of `#rrggbb` or `#rrggbbaa`."""
    red, green, blue, *alpha = ImageColor.getrgb(colour)
    return red, green, blue, alpha[0] if alpha else OPAQUE


def gradient(width: int, height: int, top: str, bottom: str) -> Picture:
    """Return a vertical gradient between two colours, alpha included."""
    ramp = Image.linear_gradient("L").resize((width, height), Image.Resampling.BILINEAR)
    start = Image.new("RGBA", (width, height), rgba(top))
    return Image.composite(Image.new("RGBA", (width, height), rgba(bottom)), start, ramp)


def blurred(picture: Picture, radius: float) -> Picture:
    """Blur with premultiplied alpha; otherwise glows get the black of transparent pixels."""
    return picture.convert("RGBa").filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")


def faded(picture: Picture, opacity: float) -> Picture:
    """Return the picture with its alpha multiplied by `opacity`."""
    copy = picture.copy()
    copy.putalpha(picture.getchannel("A").point(lambda value: round(value * opacity)))
    return copy


def scaled(picture: Picture, factor: float) -> Picture:
    """Return the picture at `factor` times its size."""
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BILINEAR)


def wrapped(text: str, size: int, weight: str, width: float, lines: int) -> list[str]:
    """Break Chinese text anywhere so that it fits; the last line ends in … when cut."""
    face = font(size, weight)
    rows: list[str] = [""]
    for sign in text:
        if face.getlength(rows[-1] + sign) <= width:
            rows[-1] += sign
        elif len(rows) < lines:
            rows.append(sign)
        else:
            rows[-1] = rows[-1][:-1] + "…"
            break
    return rows
