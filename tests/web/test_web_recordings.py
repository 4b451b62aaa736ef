"""The answers are what the store holds, and change when it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from models.span import parse_clock
from pipeline.web.recording_routes import CLOCK_PATTERN
from tests.conftest import MakeMedia
from tests.web.conftest import (
    GONE,
    HOSTILE,
    SCRIPT,
    SHOW,
    SILENT,
    SLASHED,
    Answer,
    Place,
    Site,
    index_place,
    serving,
)

Read = Callable[..., Answer]
KEPT = (SHOW, HOSTILE, SILENT)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_media: MakeMedia
) -> Iterator[Place]:
    """The workspace that no test changes, and one like it whose index is in PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("place")
        return
    with new_database(request) as url:
        yield index_place(tmp_path_factory.mktemp("web-postgres"), make_media, url)


def new_database(request: pytest.FixtureRequest) -> AbstractContextManager[str]:
    """Make a database of PostgreSQL; its server is started where a test asks for it."""
    database: AbstractContextManager[str] = request.getfixturevalue("postgres").database(
        request.getfixturevalue("empty_index")
    )
    return database


@pytest.fixture(scope="module")
def site(place: Place) -> Iterator[Site]:
    with serving(place.kandian) as running:
        yield running


@pytest.fixture(scope="module")
def read(site: Site) -> Read:
    return site.read


@pytest.mark.parametrize("name", KEPT)
def test_the_index_is_the_exported_one_with_media_of_the_server(
    name: str, place: Place, site: Site, read: Read
) -> None:
    answer = read(name, "index")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    ran = place.kandian("export", name, "--format", "json")
    assert ran.code == 0, ran.err
    exported = json.loads(ran.out)
    for media in exported["recording"]["media"]:
        media["url"] = f"/media/{quote(name)}/{media['url']}"
    assert answer.json == exported
    assert answer.json["highlights"]
    for media in answer.json["recording"]["media"]:
        sent = site.ask(media["url"])
        assert (sent.status, len(sent.body)) == (200, media["bytes"])
        assert sent.headers["content-type"] == media["mime"]


@pytest.mark.parametrize("name", KEPT)
def test_the_index_satisfies_the_schema_that_is_served(name: str, site: Site, read: Read) -> None:
    schema = site.ask("/api/schema")
    assert schema.headers["content-type"] == "application/schema+json"
    jsonschema.Draft202012Validator(schema.json).validate(read(name, "index").json)


def test_the_list_tells_of_what_is_there_and_of_what_is_deleted(place: Place, site: Site) -> None:
    told = site.ask("/api/recordings").json
    listed = json.loads(place.kandian("recordings", "--format", "json").out)
    assert [item["id"] for item in told["recordings"]] == sorted(KEPT)
    for item, row in zip(told["recordings"], listed, strict=True):
        for field in ("title", "kind", "duration_ms", "revision", "published", "products"):
            assert item[field] == row[field]
    (deleted,) = told["deleted"]
    assert (deleted["id"], deleted["revision"]) == (GONE, 2)
    assert datetime.fromisoformat(deleted["deleted_at"]).tzinfo is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_tell_every_recording_once(limit: int, site: Site) -> None:
    whole = site.ask("/api/recordings").json
    assert whole["next"] is None
    address, told = f"/api/recordings?limit={limit}", []
    while True:
        page = site.ask(address).json
        told.append(page)
        assert 0 < len(page["recordings"]) + len(page["deleted"]) <= limit
        if page["next"] is None:
            break
        address = f"/api/recordings?limit={limit}&after={quote(page['next'])}"
    for field in ("recordings", "deleted"):
        assert [item for page in told for item in page[field]] == whole[field]


@pytest.mark.parametrize(
    "question", ["limit=0", "limit=10001", "limit=x", "after=", "after=a%00", f"after={'x' * 121}"]
)
def test_what_is_no_page_is_refused(question: str, site: Site) -> None:
    assert site.ask(f"/api/recordings?{question}").status == 422


def test_after_the_last_one_there_is_nothing(site: Site) -> None:
    told = site.ask("/api/recordings?after=%F0%9F%98%80").json
    assert told == {"recordings": [], "deleted": [], "next": None}


@pytest.mark.parametrize(
    ("clock", "product_id"),
    [
        ("0", None),
        ("10.5", "P1"),
        ("0:10", "P1"),
        ("0:00:30", "P2"),
        ("22", None),
        ("9:59:59", None),
    ],
)
def test_what_is_on_at_a_moment(clock: str, product_id: str | None, read: Read) -> None:
    told = read(SHOW, f"at?t={clock}").json
    assert told["at_ms"] == parse_clock(clock)
    assert [item["product_id"] for item in told["highlights"]] == ([product_id] * bool(product_id))
    for item in told["highlights"]:
        assert item["start_ms"] <= told["at_ms"] < item["end_ms"]


def test_a_moment_is_half_open_at_every_edge(read: Read) -> None:
    highlights = read(SHOW, "index").json["highlights"]
    assert len(highlights) == 2
    for item in highlights:
        for at_ms, on in (
            (item["start_ms"], True),
            (item["end_ms"] - 1, True),
            (item["end_ms"], False),
        ):
            told = read(SHOW, f"at?t={at_ms / 1000:.3f}").json["highlights"]
            assert (item["id"] in [hit["id"] for hit in told]) is on


@given(st.from_regex(CLOCK_PATTERN, fullmatch=True))
def test_every_time_that_is_documented_is_read(clock: str) -> None:
    assert parse_clock(clock) >= 0


@pytest.mark.parametrize("clock", ["", "abc", "-1", "1:99", "1e3", "NaN", "1:2:3:4", "%00", "٣"])
def test_what_is_no_time_is_refused(clock: str, read: Read) -> None:
    answer = read(SHOW, f"at?t={quote(clock, safe='%')}")
    assert answer.status == 422
    assert answer.json["error"].startswith("t: ")


def test_a_moment_without_a_time_is_refused(read: Read) -> None:
    answer = read(SHOW, "at")
    assert (answer.status, list(answer.json)) == (422, ["error"])


def found(place: Place, *question: str) -> list[dict[str, Any]]:
    return json.loads(place.kandian("find", *question, "--format", "json").out)


def without_clocks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop what only people read; confidences are told as the index tells them."""
    dropped = {"start", "end", "status"}
    return [
        {
            key: round(value, 4) if key == "confidence" and value is not None else value
            for key, value in row.items()
            if key not in dropped
        }
        for row in rows
    ]


@pytest.mark.parametrize("product_id", ["P1", "P2", "P4", SLASHED])
def test_pitches_are_what_find_finds(product_id: str, place: Place, site: Site) -> None:
    told = site.ask(f"/api/products/{quote(product_id, safe='')}/pitches").json
    assert told["product_id"] == product_id
    assert told["pitches"] == without_clocks(found(place, "--product", product_id))
    assert bool(told["pitches"]) is (product_id != "P4")


def test_a_product_that_no_catalogue_has_is_absent(site: Site) -> None:
    answer = site.ask("/api/products/nothing/pitches")
    assert answer.status == 404
    assert "nothing" in answer.json["error"]


@pytest.mark.parametrize(
    "words", ["围巾", "圍巾", "炒锅 不粘", "大家晚上好", "onerror", "%", "zzz"]
)
def test_search_is_what_find_finds(words: str, place: Place, site: Site) -> None:
    told = site.ask(f"/api/search?q={quote(words)}").json
    assert told["hits"] == without_clocks(found(place, "--text", words))
    assert told["total"] == len(told["hits"])
    assert bool(told["hits"]) is (words not in {"%", "zzz"})


def test_search_tells_as_many_as_asked_for_and_how_many_there_are(site: Site) -> None:
    told = site.ask(f"/api/search?q={quote('围巾')}&limit=1").json
    assert len(told["hits"]) == 1
    assert told["total"] == 3


BAD_QUESTIONS = {
    "none": "",
    "empty": "q=",
    "space": "q=+++",
    "ideographic-space": f"q={quote(chr(0x3000))}",
    "nul": "q=a%00b",
    "too-many-words": "q=" + "+".join("abcdefghijklmnopq"),
    "too-long": "q=" + "a" * 201,
    "limit-0": "q=a&limit=0",
    "limit-text": "q=a&limit=all",
    "limit-many": "q=a&limit=1001",
}


@pytest.mark.parametrize("case", BAD_QUESTIONS)
def test_what_is_no_question_is_refused(case: str, site: Site) -> None:
    answer = site.ask(f"/api/search?{BAD_QUESTIONS[case]}")
    assert (answer.status, list(answer.json)) == (422, ["error"])


def test_chapters_are_the_exported_ones_and_a_reader_reads_them(
    place: Place, read: Read, tmp_path: Path
) -> None:
    answer = read(SHOW, "chapters.vtt")
    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert answer.body.decode() == place.kandian("export", SHOW, "--format", "webvtt").out
    file = tmp_path / "chapters.vtt"
    file.write_bytes(answer.body)
    assert len(webvtt.read(str(file))) == 2


def test_hostile_titles_arrive_as_json_and_as_nothing_else(site: Site, read: Read) -> None:
    index = read(HOSTILE, "index")
    assert index.headers["x-content-type-options"] == "nosniff"
    assert SCRIPT in [product["title"] for product in index.json["products"]]
    assert SCRIPT in [item["title"] for item in site.ask("/api/recordings").json["recordings"]]
    assert "<" not in read(HOSTILE, "chapters.vtt").body.decode()
    refused = site.ask("/api/recordings/%3Cscript%3E/index")
    assert (refused.status, refused.headers["content-type"]) == (404, "application/json")


RECORDING_ROUTES = ("index", "at?t=1", "chapters.vtt", "thumbnails.vtt", "thumbnails-1.jpg",
                    "covers/hl_00.jpg")  # fmt: skip
MEDIA_ROUTES = ("replay.mp4", "replay.m4a", "hls/master.m3u8")


@pytest.mark.parametrize("route", RECORDING_ROUTES + MEDIA_ROUTES)
def test_unknown_and_deleted_recordings_are_told_apart(route: str, site: Site) -> None:
    base = "/media" if route in MEDIA_ROUTES else "/api/recordings"
    unknown = site.ask(f"{base}/nobody/{route}")
    assert unknown.status == 404
    assert "nobody" in unknown.json["error"]
    deleted = site.ask(f"{base}/{GONE}/{route}")
    assert deleted.status == 410
    told = deleted.json
    assert (told["recording_id"], told["revision"]) == (GONE, 2)
    assert len(told["removed"]) == 2
    assert "deleted" in told["error"]


def test_every_answer_has_a_tag_that_holds_while_nothing_changes(site: Site, read: Read) -> None:
    answers = [read(SHOW, what) for what in ("index", "at?t=7", "chapters.vtt")]
    for answer, what in zip(answers, ("index", "at?t=7", "chapters.vtt"), strict=True):
        tag = answer.headers["etag"]
        assert tag.startswith('"1-')
        assert answer.headers["cache-control"] == "no-cache"
        again = read(SHOW, what, if_none_match=tag)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert read(SHOW, what, if_none_match='"1-0"').status == 200
    for address in (
        "/api/recordings",
        "/api/schema",
        "/api/products/P1/pitches",
        "/api/search?q=a",
    ):
        tag = site.ask(address).headers["etag"]
        assert site.ask(address, if_none_match=f'W/{tag}, "x"').status == 304


@pytest.fixture(params=["sqlite", "postgres"])
def changing(
    request: pytest.FixtureRequest, tmp_path: Path, make_media: MakeMedia
) -> Iterator[Place]:
    """A workspace of its own, for the test that changes it."""
    if request.param == "sqlite":
        yield index_place(tmp_path, make_media)
        return
    with new_database(request) as url:
        yield index_place(tmp_path, make_media, url)


def test_corrections_and_deletions_reach_who_asks_again(changing: Place) -> None:
    kandian, base = changing.kandian, f"/api/recordings/{quote(SHOW)}"
    with serving(kandian) as site:
        before = site.ask(f"{base}/index")
        first, second = (item["id"] for item in before.json["highlights"])
        assert kandian("highlight", "remove", SHOW, first).code == 0
        after = site.ask(f"{base}/index", if_none_match=before.headers["etag"])
        assert after.status == 200
        assert after.json["revision"] == before.json["revision"] + 1
        assert after.headers["etag"].startswith(f'"{after.json["revision"]}-')
        assert after.json["removed"] == [first]
        assert [item["id"] for item in after.json["highlights"]] == [second]
        assert site.ask(f"{base}/at?t=10").json["highlights"] == []
        assert first not in site.ask("/api/products/P1/pitches").body.decode()
        assert first not in site.ask(f"{base}/chapters.vtt").body.decode()

        assert kandian("recordings", "delete", SHOW).code == 0
        gone = site.ask(f"{base}/index", if_none_match=after.headers["etag"])
        assert gone.status == 410
        assert gone.json["removed"] == [first, second]
        assert gone.json["revision"] == after.json["revision"] + 1
        assert SHOW in [item["id"] for item in site.ask("/api/recordings").json["deleted"]]
        assert site.ask(f"/media/{quote(SHOW)}/replay.mp4").status == 410
