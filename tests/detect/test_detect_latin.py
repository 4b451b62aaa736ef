"""Brands of Latin letters that are heard in Mandarin."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.highlight import EvidenceKind
from pipeline.detect.find_latin import find_latin
from pipeline.detect.findings import Finding
from pipeline.detect.shop import index_shop
from pipeline.detect.train.corpus import Broadcast
from pipeline.detect.units import Unit, make_units
from pipeline.language.latin import spell_beats
from pipeline.language.sound import read_syllables
from tests.detect.conftest import homophones, say

Speak = Callable[..., tuple[Unit, ...]]

_BRANDS = (
    "Karinova Velmora Sorelia Danubo Mirovia Talenka Zarifo Lonatti Peruvo Bellisa Homira Savoni "
    "Tivano Marzeno Rivetta Opalune Antoria Elvano Solvina Bravisto Dremika Glovera Skandora "
    "Tresmo Wexano Yumira Chavello Shinaro Jolanea Quivano"
)
BRANDS = _BRANDS.split()
SPELLED = st.lists(
    st.builds("".join, st.tuples(st.sampled_from("bpmfdtnlgkv"), st.sampled_from("aiou"))),
    min_size=4,
    max_size=6,
    unique=True,
).map("".join)


def make_shop(*brands: str, copies: int = 1) -> Catalogue:
    """Return a shop of 30 products, `copies` of each brand."""
    branded = [
        Product(f"{brand}{n}", "礼盒", brand=brand) for brand in brands for n in range(copies)
    ]
    return Catalogue((*branded, *(Product(f"Z{n}", "别的") for n in range(30 - len(branded)))))


def ids(findings: list[Finding], catalogue: Catalogue) -> list[str]:
    return [catalogue.products[finding.product].brand for finding in findings]


def look(units: tuple[Unit, ...], catalogue: Catalogue) -> list[Finding]:
    return list(find_latin(units, index_shop(catalogue)))


@pytest.mark.parametrize(
    ("text", "brand", "spoken"),
    [
        pytest.param("我自己家里用的也是安托利亚,用了两年", "Antoria", "安托利亚", id="spelled"),
        pytest.param("家人们看过来这个就是由米拉的新款", "Yumira", "由米拉", id="another-tone"),
        pytest.param("姐妹们普罗米欧维尔莫拉最近特别火", "Velmora", "维尔莫拉", id="among-others"),
        pytest.param("来助理把米路为亚拿过来", "Mirovia", "米路为亚", id="vowel"),
        pytest.param("你去商场里面看,洛纳地的专柜", "Lonatti", "洛纳地", id="consonant"),
        pytest.param("有人问被历撒,还有没有货", "Bellisa", "被历撒", id="both"),
        pytest.param("我们今天和德雷米卡品牌谈了很久", "Dremika", "德雷米卡", id="cluster"),
        pytest.param("今天我们和雷米卡品牌谈了很久", "Dremika", "雷米卡", id="cluster-misheard"),
        pytest.param("我自己用的也是Zalifo,用了两年", "Zarifo", "Zalifo", id="latin-misspelled"),
        pytest.param("我自己用的也是为Sano牌子", "Wexano", "为Sano", id="half-latin"),
    ],
)
def test_a_brand_is_known_by_its_sound(text: str, brand: str, spoken: str, units: Speak) -> None:
    shop = make_shop(brand, "Kepuro")
    [finding] = look(units(text), shop)
    assert ids([finding], shop) == [brand]
    assert finding.evidence.text == spoken
    assert finding.evidence.kind is EvidenceKind.PINYIN
    assert finding.evidence.weight > 0


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        pytest.param("今天天气真好,大家晚上好", "Yumira", id="ordinary-speech"),
        pytest.param("这个就是Bravisto的新款", "Bravisto", id="spelled-in-latin"),
        pytest.param("这个就是Bravista的新款", "Bravisto", id="same-phonetic-code"),
        pytest.param("这个快不了,他也快不了", "Kepuro", id="sounds-only-alike"),
        pytest.param("拿过来看一下安托。利亚的", "Antoria", id="across-marks"),
        pytest.param("菲兰的新款", "Fylan", id="too-short"),
        pytest.param("是的是的是的是的", "Shidedi", id="ordinary-syllables"),
    ],
)
def test_it_abstains(text: str, brand: str, units: Speak) -> None:
    assert look(units(text), make_shop(brand)) == []


def test_english_speech_is_left_alone(units: Speak) -> None:
    spoken = units("look at this sorelya cream", language="en")
    assert look(spoken, make_shop("Sorelia")) == []


def test_a_brand_that_more_products_share_says_less(units: Speak) -> None:
    spoken = units("这个就是安托利亚的新款")
    [alone] = look(spoken, make_shop("Antoria"))
    shared = look(spoken, make_shop("Antoria", copies=6))
    assert len(shared) == 6
    assert max(f.evidence.weight for f in shared) < alone.evidence.weight


def test_of_brands_that_sound_alike_the_surest_is_found(units: Speak) -> None:
    shop = make_shop("Quivano", "Tivano", "Elvano")
    assert ids(look(units("我们今天说奎瓦诺这个牌子"), shop), shop) == ["Quivano"]


def test_brands_of_the_same_sound_are_found_together(units: Speak) -> None:
    shop = make_shop("Karova", "Karowa")
    assert ids(look(units("我们今天说卡洛瓦这个牌子"), shop), shop) == ["Karova", "Karowa"]


@given(SPELLED, st.randoms(use_true_random=False))
def test_a_brand_is_found_in_whatever_characters_sound_like_it(
    brand: str, rng: random.Random
) -> None:
    syllables = [beat.syllable for beat in spell_beats(brand)]
    assume(all(syllable in homophones() for syllable in syllables))
    written = "".join(rng.choice(homophones()[syllable]) for syllable in syllables)
    assume(read_syllables(written) == tuple(syllables))
    shop = make_shop(brand)
    [finding] = look(make_units(say(written).utterances), shop)
    assert finding.evidence.text == written


@pytest.mark.parametrize("name", ["skincare", "hotpot", "menswear", "toys"])
def test_what_is_said_of_other_things_names_no_brand(
    name: str, broadcast: Callable[..., Broadcast]
) -> None:
    units = make_units(broadcast(name, 0.1).transcript.utterances)
    assert look(units, make_shop(*BRANDS)) == []
