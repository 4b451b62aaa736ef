"""A stage's key changes with everything that its result depends on, and with nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.catalogue_file import read_catalogue
from pipeline.media.encoding import EncodeSettings
from pipeline.run.detection import detection_key
from pipeline.run.job import JobSettings
from pipeline.run.keys import content_key, settings_key, stage_key
from pipeline.run.toolbox import Toolbox
from pipeline.transcribe.engine import Engine, Language, TranscribeSettings, make_transcriber
from pipeline.transcribe.weights import Weights

pieces = st.lists(st.text(max_size=5), min_size=1, max_size=4)


@given(pieces, pieces)
def test_keys_are_equal_exactly_when_all_inputs_are(one: list[str], other: list[str]) -> None:
    assert (stage_key("s", "1", *one) == stage_key("s", "1", *other)) == (one == other)
    assert (content_key("".join(one)) == content_key("".join(other))) == (
        "".join(one) == "".join(other)
    )


def test_stage_and_version_are_part_of_the_key() -> None:
    assert len({stage_key("a", "1", "x"), stage_key("b", "1", "x"), stage_key("a", "2", "x")}) == 3


def other_value(value: Any) -> Any:
    """Return another valid value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 2
    return "faster" if isinstance(value, str) else value


@pytest.mark.parametrize("name", [field.name for field in fields(EncodeSettings)])
def test_every_encode_setting_but_threads_makes_another_replay(name: str) -> None:
    usual = EncodeSettings()
    changed = replace(usual, **{name: other_value(getattr(usual, name))})
    assert changed != usual
    same = settings_key(changed, leave_out=frozenset({"threads"})) == settings_key(
        usual, leave_out=frozenset({"threads"})
    )
    assert same == (name == "threads")


def engine_settings(**changes: Any) -> str:
    weights = Weights("base", Path("nowhere"), "0" * 64, "path")
    request = TranscribeSettings(**changes)
    return make_transcriber(Engine.FASTER_WHISPER, weights=weights, settings=request).settings


def test_threads_make_no_other_transcript_and_language_and_script_do() -> None:
    from pipeline.language.script import Script

    usual = engine_settings()
    assert engine_settings(threads=3) == usual
    assert len({
        usual,
        engine_settings(language=Language.ENGLISH),
        engine_settings(language=Language.AUTO),
        engine_settings(script=Script.TRADITIONAL),
        engine_settings(beam_size=1),
        engine_settings(hot_words=("围巾",)),
    }) == 6  # fmt: skip


SHOP = Catalogue(
    (
        Product(id="P1", title="羊毛围巾", aliases=("围巾",), price=Decimal("129.00"), link_no=1),
        Product(id="P2", title="铸铁炒锅"),
    )
)
START = datetime(2026, 11, 11, 20, tzinfo=timezone(timedelta(hours=8)))


def key_of(catalogue: Catalogue = SHOP, start: datetime | None = START, text: str = "t") -> str:
    return detection_key(Toolbox(JobSettings(encoder="lsa")), text, catalogue, start)


def with_first(**changes: Any) -> Catalogue:
    first, *rest = SHOP
    return Catalogue((replace(first, **changes), *rest))


OTHER = {
    "transcript": key_of(text="u"),
    "start": key_of(start=START + timedelta(minutes=1)),
    "no-start": key_of(start=None),
    "title": key_of(with_first(title="羊绒围巾")),
    "alias": key_of(with_first(aliases=("围巾", "披肩"))),
    "price": key_of(with_first(price=Decimal("119.00"))),
    "link": key_of(with_first(link_no=2)),
    "url": key_of(with_first(url="https://shop.example/1")),
    "order": key_of(Catalogue(tuple(reversed(tuple(SHOP))))),
    "fewer": key_of(Catalogue(tuple(SHOP)[:1])),
}


def test_the_same_inputs_give_the_same_detection_key() -> None:
    same_moment = START.astimezone(UTC)
    assert key_of() == key_of(Catalogue(tuple(SHOP)), same_moment)


def test_every_input_gives_another_detection_key() -> None:
    assert len({key_of(), *OTHER.values()}) == 1 + len(OTHER)


@pytest.mark.weights
@pytest.mark.parametrize("changed", ["name", "version"])
def test_the_encoder_that_compares_meanings_is_part_of_the_detection_key(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolbox = Toolbox(JobSettings(encoder="lsa"))
    before = detection_key(toolbox, "t", SHOP, None)
    usual = {"name": toolbox.encoder.name, "version": toolbox.encoder.version}
    monkeypatch.setitem(vars(toolbox), "encoder", SimpleNamespace(**usual | {changed: "another"}))
    assert detection_key(toolbox, "t", SHOP, None) != before


@pytest.mark.weights
def test_a_catalogue_changes_the_transcript_only_with_hot_words(sample: Path) -> None:
    shop = read_catalogue(sample / "catalogue.csv")
    other = Catalogue((Product(id="X1", title="别家的茶", brand="别家"),))
    plain, hot = Toolbox(JobSettings()), Toolbox(JobSettings(hot_words=True))
    assert plain.transcriber_for(shop) is plain.transcriber_for(other)
    assert hot.transcriber_for(shop) is hot.transcriber_for(shop)
    assert hot.transcriber_for(shop).settings != hot.transcriber_for(other).settings
    assert hot.transcriber_for(shop).settings != plain.transcriber_for(shop).settings
