"""Where a text without punctuation may be cut: before words that begin a clause, after some ends.

Recognisers without punctuation, and captions of a fixed length, leave nothing else to go by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.language.normalise import is_han
from pipeline.language.numerals import iter_numerals

GOOD = 0.0
"""Cost of a cut at a mark, a space between ideographs, or before a word that begins a clause."""
FAIR = 0.35
"""Cost of a cut before a word that often begins a clause and as often does not."""
POOR = 2.0
"""Cost of a cut anywhere else between two ideographs or words: it may part a name."""

_STARTS = (
    "然后 所以 但是 因为 如果 而且 不过 还有 接下来 下一 首先 其次 最后 另外 包括 那么 那我 那你 "
    "那这 来我们 来看 好我们 好那 这个 这款 这件 这一 这种 这边 那个 那款 我们 咱们 咱家 你们 大家 "
    "今天 现在 就是 你看 你要 你想 你说 你可以 我跟 我给 我自己 我家 我就 平时 而是 只要 只有 不管 "
    "比如 特别是 其实 真的 直接 一定 千万 姐妹 宝宝们 宝贝 家人们 它是 它的 没有 有没有 要不要 想要"
)
_WEAK_STARTS = "那来好我你他它这就再先都还也但拍"
_ENDS = "了吧呢啊吗嘛啦呀哦哈"
"""Particles that end what is said; 的 does so too rarely."""
_ENGLISH_STARTS = (
    "so and but now okay ok alright because if then also next first let let's this these it it's "
    "we we're you you're i i'm they there there's here here's that's go grab just"
)

_MARK = r"[。！？；，、：!?;,:…]"
_GOOD_PLACE = re.compile(
    rf"(?<={_MARK})(?!{_MARK}|\d|$)"
    r"|(?<=[\u4e00-\u9fff]\s)(?=[\u4e00-\u9fff])"
    rf"|(?<=.)(?={'|'.join(_STARTS.split())})"
)
_FAIR_PLACE = re.compile(
    rf"(?<=[{_ENDS}])(?=[\u4e00-\u9fffA-Za-z0-9])|(?<=[\u4e00-\u9fff])(?=[{_WEAK_STARTS}])"
)
_ENGLISH_PLACE = re.compile(
    rf"(?<=[\s])(?=(?:{'|'.join(map(re.escape, _ENGLISH_STARTS.split()))})\b)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]+(?:['’-][^\W\d_\u4e00-\u9fff]+)*|\d+(?:[.,:]\d+)*")
_CALL_MARKS = frozenset("号號")
_PAUSES = " ,，、"
_AFTER_NUMBER = 2
"""Characters behind a number that may be its unit: 三号链接, 九块九, 500 ml."""


def cut_costs(text: str) -> dict[int, float]:
    """Return what a cut before each character costs; a place that is missing must not be cut.

    Never inside a number, between it and its unit, or inside a word of Latin letters; neither
    before nor behind everything.
    """
    costs = {place: POOR for place in range(1, len(text)) if _parts_words(text, place)}
    for pattern, cost in (
        (_FAIR_PLACE, FAIR),
        (_ENGLISH_PLACE, GOOD),
        (_GOOD_PLACE, GOOD),
    ):
        for match in pattern.finditer(text):
            if match.start() in costs:
                costs[match.start()] = cost
    for start, end in _iter_unbroken(text):
        for place in range(start + 1, end):
            costs.pop(place, None)
    return costs


def _parts_words(text: str, place: int) -> bool:
    """Tell whether a word or an ideograph begins here, and no mark hangs on the one before."""
    before, after = text[place - 1], text[place]
    if after.isspace() or not after.isalnum():
        return False
    return before.isspace() or is_han(before) or is_han(after) or not before.isalnum()


def _iter_unbroken(text: str) -> list[tuple[int, int]]:
    words = [match.span() for match in _WORD.finditer(text)]
    lowered = text.lower()
    numbers = [
        (numeral.start, min(_end_of_unit(text, numeral.end), len(text)))
        for numeral in (iter_numerals(lowered) if len(lowered) == len(text) else ())
    ]
    return words + numbers + list(_join_calls(text, numbers))


def _join_calls(text: str, numbers: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield a number with the link number behind it: 一百三十九,八号 belongs together."""
    for (start, end), (following, last) in pairwise(numbers):
        called = not _CALL_MARKS.isdisjoint(text[following:last])
        if called and not text[end:following].strip(_PAUSES):
            yield start, last


def _end_of_unit(text: str, end: int) -> int:
    """Return where the unit behind a number ends, at the first mark or space between ideographs."""
    cursor = end
    while cursor < len(text) and cursor - end < _AFTER_NUMBER and is_han(text[cursor]):
        cursor += 1
    return cursor
