"""An ffmpeg that somebody killed while it was asked what it can is not called useless."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import TransientError
from pipeline.media.tool import find_ffmpeg


def test_a_killed_probe_may_be_tried_again(tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    with pytest.raises(TransientError, match=r"was killed .* run the same command again"):
        find_ffmpeg(str(program), environ={})
