"""What other programs read in our exports: webvtt-py, and the real libavformat."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import av
import pytest
import webvtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.document import IndexDocument
from pipeline.export.formats import export_document
from pipeline.export.marks import Mark
from pipeline.export.mp4_chapters import format_mp4_chapters
from pipeline.export.normalise import normalise_chapters
from tests.export.indexes import HOSTILE, indexes, make_highlight, make_index, titles

hostile = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(document: IndexDocument) -> tuple[Mark, ...]:
    return normalise_chapters(document).marks


def read_chapters(path: Path) -> list[tuple[int, int, str]]:
    with av.open(str(path), format="ffmetadata") as container:
        return [
            (
                round(chapter["start"] * chapter["time_base"] * 1000),
                round(chapter["end"] * chapter["time_base"] * 1000),
                chapter["metadata"]["title"],
            )
            for chapter in container.chapters()
        ]


def read_packets(path: Path, kind: str) -> list[tuple[int, int, str]]:
    with av.open(str(path), format=kind) as container:
        (track,) = container.streams
        return [
            (
                round(packet.pts * packet.time_base * 1000),
                round(packet.duration * packet.time_base * 1000),
                bytes(packet).decode(),
            )
            for packet in container.demux(track)
            if packet.size
        ]


@hostile
@given(document=indexes(most=60))
def test_libavformat_reads_every_chapter_of_an_ffmetadata_file(
    document: IndexDocument, tmp_path: Path
) -> None:
    path = tmp_path / "chapters.txt"
    path.write_text(export_document(document, "ffmetadata").text, encoding="utf-8")
    assert read_chapters(path) == [
        (mark.span.start_ms, mark.span.end_ms, _open_ended(mark.title)) for mark in told(document)
    ]


@hostile
@given(document=indexes(most=60))
def test_libavformat_reads_every_chapter_for_a_film(
    document: IndexDocument, tmp_path: Path
) -> None:
    path = tmp_path / "chapters.txt"
    text = format_mp4_chapters(document).text
    path.write_text(text, encoding="utf-8")
    chapters = read_chapters(path)
    assert len(chapters) == text.count("\n[CHAPTER]\n")
    assert chapters == sorted(chapters)


@pytest.mark.parametrize("title", HOSTILE)
def test_webvtt_readers_agree_on_a_hostile_title(title: str, tmp_path: Path) -> None:
    document = make_index(make_highlight(1_000, 2_000, title=title), make_highlight(5_000, 6_000))
    text = export_document(document, "webvtt").text
    path = tmp_path / "chapters.vtt"
    path.write_text(text, encoding="utf-8")
    expected = [(mark.span.start_ms, mark.span.duration_ms, mark.title) for mark in told(document)]
    packets = read_packets(path, "webvtt")
    assert [(at, length, unescape(said)) for at, length, said in packets] == expected
    cues = webvtt.from_buffer(io.StringIO(text))
    assert [unescape(cue.raw_text) for cue in cues] == [mark.title for mark in told(document)]


READERS: dict[str, Callable[[Path], list[Any]]] = {
    "libavformat": lambda path: [
        (at_ms, length_ms) for at_ms, length_ms, _ in read_packets(path, "srt")
    ],
    "webvtt-py": lambda path: [
        (
            round(cue.start_time.in_seconds() * 1000) + cue.start_time.milliseconds,
            (cue.end_time.in_seconds() - cue.start_time.in_seconds()) * 1000
            + cue.end_time.milliseconds
            - cue.start_time.milliseconds,
        )
        for cue in webvtt.from_srt(str(path))
    ],
}


@pytest.mark.parametrize("reader", READERS)
@hostile
@given(document=indexes(most=60))
def test_subtitle_readers_find_every_pitch(
    reader: str, document: IndexDocument, tmp_path: Path
) -> None:
    path = tmp_path / "pitches.srt"
    path.write_text(export_document(document, "srt").text, encoding="utf-8")
    expected = [(mark.span.start_ms, mark.span.duration_ms) for mark in told(document)]
    if expected:  # neither reader takes an empty file for subtitles
        assert READERS[reader](path) == expected


@hostile
@given(title=titles)
def test_subtitles_show_the_title_itself_but_for_its_brackets(title: str, tmp_path: Path) -> None:
    document = make_index(make_highlight(1_000, 2_000, title=title))
    path = tmp_path / "pitches.srt"
    path.write_text(export_document(document, "srt").text, encoding="utf-8")
    (packet,) = read_packets(path, "srt")
    (mark,) = told(document)
    assert packet[2] == mark.title.translate(str.maketrans("<>{}", "‹›()"))


@given(title=st.sampled_from(HOSTILE))
def test_a_hostile_title_of_the_show_is_one_value(title: str) -> None:
    text = export_document(make_index(title=title), "ffmetadata").text
    with av.open(io.BytesIO(text.encode()), format="ffmetadata") as container:
        read = container.metadata["title"]
    assert len(read.splitlines()) == 1
    assert read == (_open_ended(" ".join(_visible(title).split())) or "show")


def _open_ended(title: str) -> str:
    r"""A `\` at the end of a line would join it with the next one."""
    return f"{title} " if title.endswith("\\") else title


def _visible(title: str) -> str:
    line = " ".join(title.split()).encode("utf-8", "ignore").decode()
    return "".join(char for char in line if char.isprintable() or ord(char) > 0x9F)
