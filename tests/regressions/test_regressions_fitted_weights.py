"""New fitted weights left an index as it was: they were no part of the detection's key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.catalogue import Catalogue, Product
from pipeline.detect.parameters import load_parameters
from pipeline.run import detection
from pipeline.run.job import JobSettings
from pipeline.run.toolbox import Toolbox

SHOP = Catalogue((Product(id="W1", title="竹编茶盘"),))


@pytest.mark.parametrize(("part", "field"), [("weights", "link"), ("confidence", "intercept")])
def test_another_fit_is_another_detection(
    part: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolbox = Toolbox(JobSettings(encoder="lsa"))
    before = detection.detection_key(toolbox, "transcript", SHOP, None)
    fitted = load_parameters()
    changed = replace(getattr(fitted, part), **{field: getattr(getattr(fitted, part), field) + 0.5})
    other = replace(fitted, **{part: changed})
    monkeypatch.setattr(detection, "load_parameters", lambda: other)
    assert detection.detection_key(toolbox, "transcript", SHOP, None) != before


def test_another_reader_of_scenes_is_another_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    toolbox = Toolbox(JobSettings(encoder="lsa"))
    before = detection.detection_key(toolbox, "transcript", SHOP, None)
    monkeypatch.setattr(detection, "identify_scenes", lambda: "another")
    assert detection.detection_key(toolbox, "transcript", SHOP, None) != before
