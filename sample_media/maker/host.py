"""The drawn host: a still body, a head with moving eyes and mouth, and a waving forearm."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from .paint import HEIGHT, WIDTH, Canvas, Picture, Point

SKIN, SKIN_SHADE, BLUSH = "#ffe0cb", "#f2bfa3", "#ff9c9c70"
HAIR, HAIR_LIGHT = "#4a2f2a", "#6d463b"
KNIT, KNIT_SHADE, CUFF = "#a9c3e0", "#7e9cc4", "#6a89b3"
APRON, APRON_SHADE, SEAM = "#fff5e6", "#ecd7bd", "#d9bd98"
INK = "#3b2622"
LIP, MOUTH, TONGUE = "#d9636b", "#8f2f3c", "#f08a8a"

HEAD_SIZE = (320, 360)
HEAD_AT = (200, 252)
"""Top left corner of the head layer in the room."""

NECK = (160, 300)
"""The point of the head layer around which the head tilts."""

ARM_SIZE = 400
ELBOW = (548, 772)
"""The point of the room around which the forearm swings."""

MOUTHS = 4
"""Mouth shapes, from closed to wide open."""

EYES = ("open", "shut", "aside")


def body() -> Picture:
    """Return neck, torso, both upper arms and the resting arm, as a full-size layer."""
    canvas = Canvas(WIDTH, HEIGHT)
    _torso(canvas)
    _neck(canvas)
    _apron(canvas)
    return canvas.finish()


def resting_arm() -> Picture:
    """Return the forearm that lies on the table, in front of it."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.ellipse((318, 842), 120, 12, "#5a2f1f50")
    canvas.shape([(300, 806), (352, 804), (384, 822), (370, 842), (312, 842), (286, 828)], SKIN)
    for dy in (0, 9, 18):
        canvas.stroke([(352, 814 + dy), (388, 818 + dy)], 11, SKIN)
    canvas.stroke([(350, 823), (380, 826)], 1.6, SKIN_SHADE)
    canvas.stroke([(350, 832), (378, 835)], 1.6, SKIN_SHADE)
    sleeve: list[Point] = [(158, 742), (196, 726), (312, 798), (320, 846), (250, 848), (176, 812)]
    canvas.shaded(sleeve, KNIT, KNIT_SHADE)
    canvas.stroke([(306, 800), (314, 822), (312, 844)], 7, CUFF)
    return canvas.finish()


def _torso(canvas: Canvas) -> None:
    left: list[Point] = [(250, 566), (196, 620), (158, 742), (170, 812), (236, 830), (266, 700)]
    right: list[Point] = [(470, 566), (524, 620), (580, 730), (584, 800), (520, 830), (454, 700)]
    canvas.shaded(left, KNIT, KNIT_SHADE)
    canvas.shaded(right, KNIT, KNIT_SHADE)
    chest: list[Point] = [
        (330, 536), (262, 562), (236, 620), (246, 740), (240, 860),
        (480, 860), (474, 740), (484, 620), (458, 562), (390, 536),
    ]  # fmt: skip
    canvas.shaded(chest, KNIT, KNIT_SHADE)
    canvas.stroke([(258, 640), (254, 700), (250, 800)], 3, CUFF)
    canvas.stroke([(462, 640), (466, 700), (470, 800)], 3, CUFF)


def _neck(canvas: Canvas) -> None:
    canvas.shape([(326, 488), (394, 488), (398, 556), (360, 586), (322, 556)], SKIN)
    canvas.shape(
        [(326, 504), (360, 530), (394, 504), (396, 540), (360, 552), (324, 540)], SKIN_SHADE
    )
    canvas.stroke([(312, 546), (338, 578), (360, 588), (382, 578), (408, 546)], 13, CUFF)


def _apron(canvas: Canvas) -> None:
    canvas.stroke([(300, 556), (296, 610), (294, 660)], 15, APRON)
    canvas.stroke([(420, 556), (424, 610), (426, 660)], 15, APRON)
    bib: list[Point] = [(288, 652), (432, 652), (446, 760), (452, 860), (268, 860), (274, 760)]
    canvas.shaded(bib, APRON, APRON_SHADE)
    canvas.stroke([(292, 655), (428, 655)], 5, SEAM)
    canvas.box((316, 742), (88, 54), 10, APRON_SHADE)
    canvas.stroke([(320, 747), (400, 747)], 3, SEAM)
    _bird(canvas, (360, 702))
    canvas.box((398, 598), (14, 28), 7, "#35302f")
    canvas.ellipse((405, 598), 10, 11, "#55504e")


def _bird(canvas: Canvas, at: Point) -> None:
    x, y = at
    canvas.shape([(x - 24, y + 6), (x - 4, y - 16), (x + 18, y - 8), (x + 10, y + 14)], "#e88f6e")
    canvas.shape([(x - 38, y + 2), (x - 20, y), (x - 20, y + 10)], "#c46a4c", smooth=False)
    canvas.shape([(x + 16, y - 8), (x + 30, y - 3), (x + 16, y)], "#f2b75c", smooth=False)
    canvas.shape([(x - 14, y + 4), (x + 2, y - 4), (x + 2, y + 10)], "#c46a4c")
    canvas.ellipse((x + 8, y - 6), 2.4, 2.4, INK)


@lru_cache(maxsize=256)
def head(mouth: int, eyes: str, tilt: int) -> Picture:
    """Return the head layer with this mouth shape and these eyes, tilted by whole degrees."""
    canvas = Canvas(*HEAD_SIZE)
    _hair_behind(canvas)
    _face(canvas)
    _eyes(canvas, eyes)
    _mouth(canvas, mouth)
    _fringe(canvas)
    upright = canvas.finish()
    return upright.rotate(tilt, Image.Resampling.BILINEAR, center=NECK) if tilt else upright


def _hair_behind(canvas: Canvas) -> None:
    back: list[Point] = [
        (160, 20), (236, 44), (270, 120), (272, 210), (262, 282), (226, 302),
        (160, 270), (94, 302), (58, 282), (48, 210), (50, 120), (84, 44),
    ]  # fmt: skip
    canvas.shaded(back, HAIR_LIGHT, HAIR)


def _face(canvas: Canvas) -> None:
    face: list[Point] = [
        (160, 62), (222, 84), (246, 150), (238, 212), (206, 256),
        (160, 274), (114, 256), (82, 212), (74, 150), (98, 84),
    ]  # fmt: skip
    canvas.shaded(face, "#ffe9d8", SKIN)
    canvas.ellipse((104, 206), 21, 13, BLUSH)
    canvas.ellipse((216, 206), 21, 13, BLUSH)
    canvas.stroke([(155, 201), (160, 204), (165, 201)], 3, SKIN_SHADE)
    for x in (75, 245):
        canvas.ellipse((x, 216), 6, 6, "#f2b75c")
        canvas.ellipse((x - 1, 214), 2, 2, "#fff3d0")


def _eyes(canvas: Canvas, eyes: str) -> None:
    for x, side in ((118, -1), (202, 1)):
        canvas.stroke(
            [(x - side * 16, 129), (x + side * 2, 124), (x + side * 21, 136)], 4.5, HAIR_LIGHT
        )
        if eyes == "shut":
            canvas.stroke([(x - 18, 172), (x, 179), (x + 18, 172)], 5, INK)
            continue
        canvas.ellipse((x, 170), 18, 20, "#fffdfb")
        shift = 6 if eyes == "aside" else 0
        canvas.ellipse((x + shift, 171), 13, 17, "#4b2f28")
        canvas.ellipse((x + shift, 176), 9, 9, "#8a5a44")
        canvas.ellipse((x + shift, 171), 6, 8, "#241512")
        canvas.ellipse((x + shift + 5, 163), 5, 6, "#ffffff")
        canvas.ellipse((x + shift - 5, 178), 2.4, 2.4, "#ffffff")
        canvas.stroke([(x - 20, 166), (x - 10, 153), (x + 10, 153), (x + 20, 166)], 5, INK)
        canvas.stroke([(x + side * 18, 161), (x + side * 25, 155)], 4, INK)


def _mouth(canvas: Canvas, mouth: int) -> None:
    x, y = 160, 228
    if mouth == 0:
        canvas.stroke([(x - 19, y - 3), (x, y + 6), (x + 19, y - 3)], 5, LIP)
        return
    half, drop = ((0, 0), (15, 9), (19, 17), (23, 25))[mouth]
    lips: list[Point] = [(x - half, y - 4), (x, y - 7), (x + half, y - 4), (x, y + drop)]
    canvas.shape([(px, py + (3 if py > y else -3)) for px, py in lips], LIP)
    canvas.shape(lips, MOUTH)
    if mouth > 1:
        canvas.ellipse((x, y + drop - 6), half * 0.5, drop * 0.25, TONGUE)
        canvas.box((x - half * 0.55, y - 5), (half * 1.1, 5), 2, "#fffaf5")


def _fringe(canvas: Canvas) -> None:
    left: list[Point] = [
        (176, 30),
        (100, 44),
        (56, 120),
        (58, 206),
        (78, 190),
        (92, 134),
        (150, 84),
    ]
    right: list[Point] = [
        (160, 30),
        (226, 42),
        (266, 120),
        (262, 206),
        (242, 190),
        (228, 130),
        (170, 78),
    ]
    canvas.shaded(left, HAIR_LIGHT, HAIR)
    canvas.shaded(right, HAIR_LIGHT, HAIR)
    canvas.stroke([(104, 68), (84, 100), (74, 140)], 5, "#8d6152a0")
    canvas.stroke([(214, 66), (236, 100), (246, 138)], 5, "#8d6152a0")
    canvas.shape([(204, 52), (222, 40), (226, 56), (214, 66)], "#e0665e")
    canvas.shape([(226, 56), (244, 58), (236, 74), (222, 68)], "#e0665e")
    canvas.ellipse((224, 58), 6, 6, "#f4cf86")


@lru_cache(maxsize=256)
def forearm(angle: int) -> Picture:
    """Return the swinging forearm around the middle of its layer, turned by whole degrees."""
    canvas = Canvas(ARM_SIZE, ARM_SIZE)
    c = ARM_SIZE / 2
    _hand(canvas, (c, c - 134))
    sleeve: list[Point] = [
        (c - 34, c + 6),
        (c - 24, c - 98),
        (c + 24, c - 98),
        (c + 36, c + 6),
        (c, c + 34),
    ]
    canvas.shaded(sleeve, KNIT, KNIT_SHADE)
    canvas.stroke([(c - 22, c - 96), (c, c - 92), (c + 22, c - 96)], 8, CUFF)
    return canvas.finish().rotate(angle, Image.Resampling.BILINEAR)


def _hand(canvas: Canvas, at: Point) -> None:
    x, y = at
    canvas.shape([(x - 15, y + 50), (x - 14, y + 20), (x + 14, y + 20), (x + 15, y + 50)], SKIN)
    for lean, tall in ((-21, 44), (-7, 54), (7, 53), (20, 43)):
        canvas.stroke([(x + lean * 0.75, y + 6), (x + lean, y - tall + 14)], 14, SKIN)
    for lean in (-13, 0, 13):
        canvas.stroke([(x + lean * 0.8, y - 2), (x + lean, y - 14)], 1.8, SKIN_SHADE)
    canvas.stroke([(x - 18, y + 22), (x - 36, y + 2), (x - 38, y - 12)], 14, SKIN)
    canvas.shape(
        [(x - 24, y + 2), (x, y - 8), (x + 24, y + 2), (x + 18, y + 32), (x - 18, y + 32)], SKIN
    )
    canvas.stroke([(x - 14, y + 10), (x - 4, y + 18), (x - 2, y + 28)], 1.8, SKIN_SHADE)


def elbow_corner() -> tuple[int, int]:
    """Return where the forearm layer's corner goes in the room."""
    return ELBOW[0] - ARM_SIZE // 2, ELBOW[1] - ARM_SIZE // 2
