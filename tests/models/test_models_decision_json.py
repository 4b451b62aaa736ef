"""A media record written down comes back equal; whatever else comes back is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import MediaRecord, RenditionRecord
from models.decision_json import SCHEMA, format_media_record, parse_media_record
from models.errors import InputError
from tests.models.records import DECISION, make_rendition, media_records

EXAMPLE = MediaRecord("demo", "/shows/周三.flv", (RenditionRecord(make_rendition(), DECISION),))
REFUSED = r"^media.json is not a kandian\.media/1 document: "


@given(media_records)
def test_parse_gives_back_what_format_wrote(record: MediaRecord) -> None:
    text = format_media_record(record)
    assert parse_media_record(text.encode().decode(), name="m") == record
    assert format_media_record(parse_media_record(text, name="m")) == text


@given(media_records)
def test_it_is_json_that_every_program_reads(record: MediaRecord) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    document = json.loads(format_media_record(record), parse_constant=refuse)
    assert document["schema"] == SCHEMA


def test_two_equal_pictures_are_infinitely_alike() -> None:
    (one,) = EXAMPLE.renditions
    alike = replace(one, decision=replace(one.decision, reached=math.inf))
    record = replace(EXAMPLE, renditions=(alike,))
    text = format_media_record(record)
    assert '"reached": "inf"' in text
    assert parse_media_record(text, name="m") == record


def test_what_is_no_number_is_not_written() -> None:
    (one,) = EXAMPLE.renditions
    odd = replace(one, decision=replace(one.decision, reached=math.nan))
    with pytest.raises(ValueError, match="JSON"):
        format_media_record(replace(EXAMPLE, renditions=(odd,)))


@given(st.data())
def test_every_cut_document_is_refused(data: st.DataObject) -> None:
    text = format_media_record(EXAMPLE)
    length = data.draw(st.integers(0, len(text.rstrip()) - 1))
    with pytest.raises(InputError, match=REFUSED):
        parse_media_record(text[:length], name="media.json")


def decision(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["renditions"][0]["decision"].update(changes)


def search(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["renditions"][0]["decision"]["search"].update(changes)


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "other-schema": lambda document: document.update(schema="kandian.media/2"),
    "schema-no-text": lambda document: document.update(schema=[]),
    "no-schema": lambda document: document.pop("schema"),
    "no-source": lambda document: document.pop("source"),
    "a-field-more": lambda document: document.update(more=1),
    "renditions-no-list": lambda document: document.update(renditions={}),
    "rendition-no-object": lambda document: document.update(renditions=[[]]),
    "text-for-a-number": decision(bit_rate="655000"),
    "fraction-for-a-whole-number": decision(bit_rate=655_000.0),
    "true-for-a-number": decision(bit_rate=True),
    "true-for-a-fraction": decision(reached=True),
    "no-number": decision(reached=math.nan),
    "too-great-a-number": decision(reached=10**400),
    "unknown-codec": decision(codec="vp9"),
    "unknown-verdict": decision(verdict=""),
    "nothing-for-a-text": decision(why=None),
    "one-for-true": decision(checks=[{"what": "", "passed": 1, "found": ""}]),
    "unknown-metric": search(metric="psnr"),
    "share-of-nothing": search(windows=[{"span": {"start_ms": 0, "end_ms": 1}, "share": 0}]),
    "ends-before-its-start": search(windows=[{"span": {"start_ms": 2, "end_ms": 1}, "share": 1}]),
    "no-chosen": search(chosen=None),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_document_of_another_shape_is_refused(case: str) -> None:
    document = json.loads(format_media_record(EXAMPLE))
    WRONG[case](document)
    with pytest.raises(InputError, match=REFUSED):
        parse_media_record(json.dumps(document), name="media.json")


@pytest.mark.parametrize("text", ["", "[]", "null", "7", '"kandian"', "{}", "[" * 100_000])
def test_what_is_no_document_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=REFUSED):
        parse_media_record(text, name="media.json")
