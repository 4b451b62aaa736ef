"""Cues of live selling: words that open, close or carry a pitch, or that belong to none.

The vocabulary of the trade, listed by hand; what each cue is worth is fitted, see `parameters`.
They name no product. Mandarin cues are matched by sound too where they are long enough, because
recognisers break 上链接 as easily as a brand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.detect.units import Unit
from pipeline.language.normalise import is_han
from pipeline.language.sound import fold, read_syllables


class Cue(StrEnum):
    """What a cue says about the moment."""

    OPENING = "opening"
    """A product is about to be shown."""
    CALL = "call"
    """Viewers are told to buy: a pitch is near its end."""
    CHATTER = "chatter"
    """Greetings, follows, lotteries, farewells: no product."""
    QUESTIONS = "questions"
    """A round of questions: products come and go in a sentence."""
    COMPARISON = "comparison"
    """Another product is named to tell it apart from the one on show."""
    LISTING = "listing"
    """A preview or a recap: products are named, not pitched."""


_MANDARIN = {
    Cue.OPENING: (
        "接下来 下一个 下一款 下一件 下一样 下面这个 下面这款 第一个 第一款 第一件 第二个 第二款 "
        "第二件 第三件 最后一个 最后一款 最后一件 首先 先看这 来看一下这 来看这 看这个 看这款 "
        "给大家介绍 给你们介绍 给大家带来 给大家推荐 今天这款 我们这款 这一款 返场 来一波福利 "
        "来个福利 讲一下这 说一下这 换一个 再来一个 再来一款 再来一次 补货了 重头戏"
    ),
    Cue.CALL: (
        "上链接 弹链接 开抢 开拍 去拍 拍下 拍吧 上车 抢到 还剩 最后几单 三二一 没付款 没抢到 "
        "刷新一下 库存 倒数 倒计时 秒杀 买一送 手慢无 直接拍 点进去 下单 到手价"
    ),
    Cue.CHATTER: (
        "晚上好 大家好 早上好 下午好 点个关注 点点关注 加个关注 关注主播 粉丝团 粉丝灯牌 灯牌 "
        "福袋 抽奖 中奖 恭喜 扣个 点赞 点个赞 分享直播间 下播 拜拜 再见 谢谢大家 感谢大家 明天见 "
        "晚安 能听到 听得到 听得清"
    ),
    Cue.QUESTIONS: (
        "看一下公屏 看公屏 看弹幕 看看弹幕 回答几个 回答问题 看看问题 看问题 答一下 有人问 还有问 "
        "还有人问 什么时候讲 什么时候上 有没有货 能不能用"
    ),
    Cue.COMPARISON: (
        "另外一款 另外那 区别 别拍错 别买错 不要拍错 不是那个 跟那个 和那个比 比那个 今天不讲"
    ),
    Cue.LISTING: (
        "等会儿有 等会儿还有 等会儿讲 等会还有 等一下还有 等下还有 等一下讲 待会 待会儿 "
        "一会儿 晚点 后面还有 预告 压轴 刚才讲 刚刚讲 还没拍的 没拍的 回顾 明天讲 下周 下一场 "
        "下场 先不讲 今天没有 今天没货 没到货 没有货"
    ),
}
"""By cue, phrases parted by spaces."""
_WEEKDAYS = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_ENGLISH = {
    Cue.OPENING: (
        r"\blet'?s (?:start|talk|move|do)\b|\bmoving on\b|\bnext up\b|\bup next\b|\bfirst up\b"
        r"|\bthis is the\b|\bmeet the\b|\bi (?:want|wanna) (?:to )?show\b|\bonto the\b"
        r"|\bwho (?:here|wants|has|needs|loves)\b|\band last\b|\blast one\b|\bback in stock\b"
        r"|\b(?:is|are|'s) back\b|\bhere'?s the\b"
        r"|\b(?:alright|all right|okay|ok),? (?:so|now|this|next|let)\b"
    ),
    Cue.CALL: (
        r"\bthree,? two,? one\b|\b3,? ?2,? ?1\b|\bgo,? go\b|\b(?:is|it'?s) (?:live|open)\b"
        r"|\bgrab (?:it|yours|one|two)\b|\bcheck ?out\b|\badd (?:it )?to (?:your )?cart\b|\bleft\b"
        r"|\bsold\b|\bhurry\b"
    ),
    Cue.CHATTER: (
        rf"\bhappy {_WEEKDAYS}\b|\bwelcome\b|\bfollow\b|\bgiveaway\b|\bwinners?\b|\bsubscribe\b"
        r"|\bgood ?night\b|\bgoodbye\b|\bbye\b|\bthank you,? thank|\bhear me\b"
    ),
    Cue.QUESTIONS: (
        r"\bquestions?\b|\b(?:somebody|someone) asked\b|\bq and a\b|\bdoes the\b"
        r"|\bis the .+\?|\bare the .+\?|\bcan i use\b"
    ),
    Cue.COMPARISON: (
        r"\bnot the\b|\bif you (?:just )?want\b|\bthe other one\b|\bbetter than\b"
        r"|\bdifference between\b|\bcompared (?:to|with)\b"
    ),
    Cue.LISTING: (
        r"\bcoming up\b|\blater tonight\b|\blater on\b|\bstick around\b|\brecap\b|\btomorrow\b"
        rf"|\bnext (?:week|{_WEEKDAYS})\b|\bwe'?ll get to\b|\bin a (?:minute|bit)\b"
        r"|\bearlier tonight\b|\bso far\b"
    ),
}
"""By cue, a pattern on lower-case text."""

FEWEST_HEARD = 3
"""Syllables from which a cue counts by sound alone."""


@dataclass(frozen=True, slots=True)
class _Matcher:
    written: dict[Cue, re.Pattern[str]]
    heard: dict[Cue, re.Pattern[str]]


def find_cues(units: Sequence[Unit]) -> tuple[frozenset[Cue], ...]:
    """Return the cues of every unit, by writing and by sound."""
    matcher = _make_matcher()
    return tuple(_cues_of(unit, matcher) for unit in units)


def _cues_of(unit: Unit, matcher: _Matcher) -> frozenset[Cue]:
    text = unit.text.text
    sound = " ".join(s.key for s in unit.sounds)
    spaced = f" {sound} "
    return frozenset(
        cue for cue in Cue if matcher.written[cue].search(text) or matcher.heard[cue].search(spaced)
    )


def _make_matcher() -> _Matcher:
    written: dict[Cue, re.Pattern[str]] = {}
    heard: dict[Cue, re.Pattern[str]] = {}
    for cue, words in _MANDARIN.items():
        phrases = words.split()
        literal = "|".join(re.escape(phrase) for phrase in phrases)
        written[cue] = re.compile(f"{literal}|{_ENGLISH[cue]}")
        long_ones = [p for p in phrases if len(p) >= FEWEST_HEARD and all(map(is_han, p))]
        voiced = (" ".join(fold(s) for s in read_syllables(phrase)) for phrase in long_ones)
        heard[cue] = re.compile("|".join(f" {sound} " for sound in voiced))
    return _Matcher(written, heard)
