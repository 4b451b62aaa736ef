"""Every stretch was compared with every other, however many: an endless show ate all the memory."""

from __future__ import annotations

import numpy as np
import pytest

from models.catalogue import Catalogue, Product
from pipeline.detect import echo
from pipeline.detect.detect import study
from pipeline.detect.encoder import LsaEncoder
from pipeline.detect.settings import DetectSettings
from tests.detect.conftest import say

SHOP = Catalogue((Product("W1", "竹编茶盘", link_no=1), Product("W2", "铸铁炒锅", link_no=2)))
TEA = ("来看一号链接，竹编茶盘。", "竹编茶盘，竹子编的，茶水从缝里漏下去。") * 4
PAN = ("接下来二号链接，铸铁炒锅。", "铸铁炒锅不粘，铁的，用一辈子都不坏。") * 4
TEXTS = (*TEA, *PAN, *TEA, *PAN)
"""Each is pitched twice, more than a minute apart."""


def test_a_show_too_long_to_compare_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def echoes() -> float:
        found = study(
            say(*TEXTS), SHOP, settings=DetectSettings(), started_at=None, encoder=LsaEncoder()
        )
        assert found is not None
        return float(np.abs(found.reading.echo.meaning).max())

    assert echoes() > 0
    monkeypatch.setattr(echo, "MOST_UNITS", 10)
    assert echoes() == 0
