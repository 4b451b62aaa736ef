"""Tables, picture and memory of the encoder bench, without an encoder."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # our own picture is read
from pathlib import Path

import pytest

from models.decision import Codec
from tests.bench.encode.candidates import BASELINE, OfProduct, Plain, choose
from tests.bench.encode.clips import Clip
from tests.bench.encode.curve import Gain, Point
from tests.bench.encode.frontier import Row, Verdict, describe, format_clips, format_table
from tests.bench.encode.measure import _read_memory
from tests.bench.encode.picture import Spot, draw, is_best
from tests.bench.encode.searches import Reached, Search
from tests.bench.encode.sweep import SWEEP, USUAL
from tests.bench.encode.verdict import Pair, conclude, format_pairs

CLIP = Clip("host", Path("host.mp4"), 720, 1280, 25.0, 8.0, "0123")
OTHER = Clip("wall", Path("wall.mp4"), 512, 512, 30.0, 8.0, "4567")
SVT = Plain("svt p9", "libsvtav1", "9", "keyint=8s", (31, 38))
ROW = Row(
    SVT,
    (
        Verdict(CLIP, Gain(0.6, 1.0, 41.0), -0.58),
        Verdict(OTHER, Gain(0.4, 1.4, 35.0), None),
        Verdict(OTHER, None, -0.42),
    ),
)
SPOTS = (
    Spot("cheap & good", "libx264", 1.0, 0.27, is_profile=True),
    Spot("dear", "libx264", 1.5, 0.25),
    Spot("best", "libsvtav1", 1.2, 0.53),
)


def test_a_row_averages_what_was_reached() -> None:
    assert ROW.saved == pytest.approx(0.5)
    assert ROW.cpu_ratio == pytest.approx(1.2)
    assert ROW.bd_rate == pytest.approx(-0.5)
    assert ROW.crfs == (35.0, 41.0)


def test_the_table_tells_mean_and_extremes() -> None:
    assert format_table([ROW]).splitlines()[-1] == (
        "| svt p9 | libsvtav1 9 `keyint=8s` | 50.0 % | 1.20 | -50.0 % | 40 % | 60 % | 35 to 41 |"
    )


def test_the_table_of_clips_has_a_line_a_clip() -> None:
    assert format_clips([ROW]).splitlines()[2:] == [
        "| host | 720x1280, 8.0 s, 25 frames/s | 60 % at 1.00 |",
        "| wall | 512x512, 8.0 s, 30 frames/s | 40 % at 1.40 |",
        "| wall | 512x512, 8.0 s, 30 frames/s | - |",
    ]


def test_a_quality_that_is_not_reached_is_said() -> None:
    assert "does not reach that quality; BD-rate -42.0 %" in describe(ROW.verdicts[2])


def test_the_frontier_leaves_out_what_another_beats() -> None:
    assert [spot.name for spot in SPOTS if is_best(spot, SPOTS)] == ["cheap & good", "best"]


def test_the_picture_names_every_encoder_once() -> None:
    drawn = ET.fromstring(draw(SPOTS, title="a < b"))  # noqa: S314 - our own
    said = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert all(said.count(name) == 1 for name in ("a < b", "cheap & good", "dear", "best"))


def test_the_picture_of_the_same_spots_is_the_same() -> None:
    assert draw(SPOTS, title="t") == draw(tuple(reversed(SPOTS)), title="t")


def test_names_in_the_sweep_are_unique() -> None:
    names = [candidate.name for candidate in SWEEP]
    assert len(names) == len(set(names))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SystemExit, match="nonesuch: not among svt p9"):
        choose(["nonesuch"], [SVT])


def test_the_baseline_says_nothing_but_preset_and_crf() -> None:
    assert BASELINE.arguments(23, CLIP)[:6] == [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
    ]  # fmt: skip


def test_svt_av1_takes_quarters() -> None:
    assert SVT.arguments(38.25, CLIP)[-1] == "lp=1:keyint=8s:crf=38.25"


@pytest.mark.parametrize("candidate", USUAL, ids=lambda candidate: candidate.name)
def test_profiles_are_the_products_own(candidate: OfProduct) -> None:
    arguments = candidate.arguments(30, CLIP)
    assert candidate.is_profile
    assert arguments[arguments.index("-c:v") + 1] == candidate.encoder
    assert candidate.codec in Codec


def test_what_was_measured_is_known_again_and_a_torn_line_is_not(tmp_path: Path) -> None:
    memory = tmp_path / "memory.jsonl"
    line = '{"key": "a", "crf": 23, "quality": 90.0, "bit_rate": 1000.0, "cpu_s": 1.0}\n'
    memory.write_text(line + line.replace('"a"', '"b"')[:40], encoding="utf-8")
    assert _read_memory(memory) == {"a": Point(23, 90.0, 1000.0, 1.0)}
    assert _read_memory(tmp_path / "none.jsonl") == {}


def make_reached(quality: float, search_s: float) -> Reached:
    return Reached(Search(25.0, 86.0, 3, search_s), quality, 500_000, 100.0)


def test_searches_are_summed_up() -> None:
    reached = [make_reached(86.4, 4), make_reached(84.5, 6), make_reached(87.0, 2)]
    assert conclude("ours", reached, 86.0) == (
        "ours: 2 of 3 within 1 of 86, mean error 0.97, worst -1.50; search 12 s of CPU time, "
        "4 % of the encodes'"
    )


def test_a_search_that_gave_up_leaves_its_cells_empty() -> None:
    pairs = [Pair("host", 86.0, make_reached(86.4, 4), None)]
    assert (
        format_pairs(pairs).splitlines()[-1] == "| host | 86.40 | 3 | 4.0 s | 4 % | - | - | - | - |"
    )
