"""Tracks: what each is called, what it may ask for, and what a full run compares."""

from __future__ import annotations

import pytest

from models.highlight import EvidenceKind
from pipeline.evaluate.baselines import Baseline
from pipeline.evaluate.tracks import FULL, Links, Text, Track

NAMES = {
    "detection": Track(),
    "links masked": Track(links=Links.MASKED),
    "true text": Track(text=Text.ORACLE),
    "1,000 products": Track(catalogue_size=1000),
    "without alias, without link_no": Track(without=(EvidenceKind.ALIAS, EvidenceKind.LINK_NUMBER)),
    "baseline tiling": Track(baseline=Baseline.TILING),
    "baseline keyword, true text, links masked": Track(
        baseline=Baseline.KEYWORD, text=Text.ORACLE, links=Links.MASKED
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_track_is_called_by_what_it_changes(name: str) -> None:
    assert NAMES[name].name == name


@pytest.mark.parametrize(
    "asked",
    [
        {"baseline": Baseline.LINKS, "without": (EvidenceKind.PRICE,)},
        {"catalogue_size": 0},
    ],
    ids=["baseline-without", "empty-catalogue"],
)
def test_a_track_that_makes_no_sense_cannot_be_made(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Track(**asked)  # type: ignore[arg-type]


def test_a_full_run_begins_with_detection_and_has_every_kind_and_baseline() -> None:
    assert FULL[0] == Track()
    assert len({track.name for track in FULL}) == len(FULL)
    assert {kind for track in FULL for kind in track.without} == set(EvidenceKind)
    assert {track.baseline for track in FULL} == {None, *Baseline}
    assert any(track.links is Links.MASKED for track in FULL)
    assert any(track.text is Text.ORACLE for track in FULL)
    assert any(track.catalogue_size for track in FULL)
