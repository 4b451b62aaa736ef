"""The set of the live room: wall, window light, neon sign, shelves, plant and table."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image

from .paint import HEIGHT, WIDTH, Canvas, Picture, Point, blurred, gradient

TABLE_TOP = 806
"""Where the table's rear edge cuts the host off."""

DEPTH_BLUR = 1.6
"""The set is slightly out of focus, as behind a phone's portrait mode; it also codes cheaply."""

GRAIN = 0.8
"""Standard deviation of a still noise that hides banding of the gradients."""

BOKEH = ("#fff6df", "#ffe2c4", "#ffd3c2", "#fdf0ff")


def backdrop(shop: str, seed: int) -> Picture:
    """Return everything behind the host."""
    wall = gradient(WIDTH, HEIGHT, "#f3d3bf", "#d3968a")
    wall.alpha_composite(_window_light())
    wall.alpha_composite(_bokeh(random.Random(seed)))
    wall.alpha_composite(_shelves().finish(DEPTH_BLUR))
    wall.alpha_composite(_plant().finish(DEPTH_BLUR))
    wall.alpha_composite(_neon(shop))
    return _grained(wall, seed)


def table() -> Picture:
    """Return the wooden table top, a layer of the room's full size."""
    canvas = Canvas(WIDTH, HEIGHT)
    layer = canvas.finish()
    wood = gradient(WIDTH, HEIGHT - TABLE_TOP, "#d9a273", "#7b4a33")
    layer.paste(wood, (0, TABLE_TOP))
    grain = Canvas(WIDTH, HEIGHT)
    for i in range(7):
        y = TABLE_TOP + 30 + i * i * 9
        bow: list[Point] = [(-10, y), (220, y + 5 + i), (480, y - 3), (730, y + 6)]
        grain.stroke(bow, 1.6 + i * 0.4, "#8f573a30")
    grain.box((0, TABLE_TOP), (WIDTH, 7), 0, "#f3cba0")
    grain.box((0, TABLE_TOP + 7), (WIDTH, 3), 0, "#b97a4f90")
    layer.alpha_composite(grain.finish())
    layer.alpha_composite(gradient(WIDTH, 460, "#2a151000", "#2a1510b0"), (0, HEIGHT - 460))
    return layer


def _window_light() -> Picture:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.shape([(-40, 180), (250, 60), (330, 700), (-40, 820)], "#fff0cf60", smooth=False)
    canvas.shape([(320, 40), (450, 0), (560, 640), (400, 690)], "#fff0cf40", smooth=False)
    canvas.ellipse((360, 470), 330, 380, "#fff0dc48")
    return canvas.finish(34)


def _bokeh(rng: random.Random) -> Picture:
    canvas = Canvas(WIDTH, HEIGHT)
    for i in range(16):
        at = (20 + i * 45 + rng.uniform(-12, 12), 150 + 40 * ((i * 7) % 4) / 4 + rng.uniform(0, 20))
        radius = rng.uniform(7, 13)
        canvas.ellipse(at, radius, radius, BOKEH[i % len(BOKEH)] + "b0")
    layer = canvas.finish(2.5)
    halo = blurred(layer, 14)
    halo.alpha_composite(layer)
    return halo


def _neon(shop: str) -> Picture:
    glow = Canvas(WIDTH, 360)
    glow.text((WIDTH / 2, 226), shop, 58, "#ff5f8fff", anchor="mm")
    tube = Canvas(WIDTH, 360)
    tube.text((WIDTH / 2, 226), shop, 58, "#ff86a8", anchor="mm")
    tube.text((WIDTH / 2, 226), shop, 58, "#fff4f3", weight="regular", anchor="mm")
    layer = glow.finish(22)
    for radius in (22, 9):
        layer.alpha_composite(glow.finish(radius))
    layer.alpha_composite(tube.finish(0.6))
    return _on_full(layer)


def _on_full(layer: Picture) -> Picture:
    full = Image.new("RGBA", (WIDTH, HEIGHT))
    full.paste(layer, (0, 0))
    return full


def _shelves() -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT)
    for x, y, width in ((-20, 440, 190), (-20, 640, 170), (566, 430, 180), (580, 620, 160)):
        canvas.box((x, y + 14), (width, 10), 3, "#7a3f2c2a")
        canvas.box((x, y), (width, 13), 4, "#b87a56")
        canvas.box((x, y), (width, 4), 2, "#d9a27b")
    _tins(canvas)
    _books(canvas)
    _lantern(canvas)
    _cat_figure(canvas)
    return canvas


def _tins(canvas: Canvas) -> None:
    for x, colour, lid, tall in ((22, "#4f8a74", "#d9b56c", 84), (92, "#c9644f", "#e9d3a5", 66)):
        canvas.box((x, 440 - tall), (54, tall), 7, colour)
        canvas.box((x - 2, 440 - tall - 8), (58, 16), 6, lid)
        canvas.box((x + 9, 440 - tall + 24), (36, tall - 42), 5, "#fff3df")
    canvas.ellipse((49, 405), 9, 9, "#4f8a74")
    canvas.ellipse((119, 408), 8, 8, "#c9644f")


def _books(canvas: Canvas) -> None:
    spines = ("#e88f6e", "#f4cf86", "#86b0a8", "#c17a8a", "#f7efe2")
    for i, colour in enumerate(spines):
        height = 78 + 14 * ((i * 3) % 4) / 3
        canvas.box((8 + i * 21, 640 - height), (19, height), 3, colour)
        canvas.box((8 + i * 21, 640 - height + 14), (19, 5), 0, "#ffffff90")


def _lantern(canvas: Canvas) -> None:
    canvas.ellipse((628, 372), 58, 58, "#ffe9a860")
    canvas.ring((628, 336), 20, 4, "#5c4a45")
    canvas.box((604, 346), (48, 12), 5, "#5c4a45")
    canvas.box((608, 358), (40, 54), 12, "#fff2bf")
    canvas.ellipse((628, 386), 9, 15, "#ffc25a")
    canvas.box((600, 412), (56, 18), 6, "#5c4a45")
    canvas.box((672, 372), (60, 58), 8, "#8eb7a4")
    canvas.shape([(672, 372), (702, 340), (735, 372)], "#6f9c88", smooth=False)


def _cat_figure(canvas: Canvas) -> None:
    canvas.shape([(604, 620), (600, 570), (622, 552), (648, 566), (652, 620)], "#f6efe6")
    canvas.ellipse((624, 546), 25, 22, "#f6efe6")
    canvas.shape([(602, 540), (604, 514), (620, 528)], "#f6efe6", smooth=False)
    canvas.shape([(646, 540), (644, 514), (628, 528)], "#f6efe6", smooth=False)
    for x in (615, 633):
        canvas.ellipse((x, 546), 3, 4, "#4a3832")
    canvas.stroke([(652, 612), (676, 606), (674, 582)], 9, "#e9dccb")


def _plant() -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT)
    leaves = (
        (-70, 96, "#5f8f6b"),
        (-36, 128, "#6fa37a"),
        (0, 140, "#57866a"),
        (40, 120, "#7bb086"),
    )
    for lean, tall, colour in leaves:
        tip = (664 + lean, 770 - tall)
        middle = 664 + lean * 0.55
        half = 770 - tall * 0.55
        canvas.shape([(664, 772), (middle - 20, half), tip, (middle + 20, half)], colour)
        canvas.stroke([(664, 768), (middle, half), tip], 2, "#ffffff50")
    canvas.shape([(622, 764), (706, 764), (696, 830), (632, 830)], "#f2e5d6", smooth=False)
    return canvas


def _grained(picture: Picture, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, GRAIN, (HEIGHT, WIDTH, 1))
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32) + noise
    return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8)).convert("RGBA")
