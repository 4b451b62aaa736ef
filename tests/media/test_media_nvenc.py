"""Encoding on an NVIDIA card: refused in one sentence where there is none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from models.decision import Codec
from models.errors import ConfigError
from pipeline.media.nvenc import NVENC_PROFILES, require_nvenc
from pipeline.media.tool import Ffmpeg, find_ffmpeg

BUNDLED = find_ffmpeg()


def has_card() -> bool:
    try:
        require_nvenc(BUNDLED, Codec.H264)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize("codec", Codec)
def test_without_a_card_one_sentence_says_so(codec):
    if has_card():
        pytest.skip("this machine has a card that encodes")
    if NVENC_PROFILES[codec].encoder not in BUNDLED.encoders:
        pytest.skip("this ffmpeg was built without NVENC")
    with pytest.raises(ConfigError, match=f"no NVIDIA card here encodes {codec}") as caught:
        require_nvenc(BUNDLED, codec)
    said = str(caught.value)
    # It is the card that is missing: ffmpeg knows each option that it was given.
    assert re.search("libcuda|CUDA|nvenc", said)
    assert not re.search("Option|Unrecognized|Undefined constant", said)
    assert "\n" not in said


def test_an_ffmpeg_without_the_encoder_is_named():
    weak = replace(BUNDLED, encoders=BUNDLED.encoders - {"h264_nvenc"})
    with pytest.raises(ConfigError, match="lacks h264_nvenc; leave --encode-on out"):
        require_nvenc(weak, Codec.H264)


@pytest.mark.parametrize("codec", Codec)
def test_the_card_is_asked_for_what_a_replay_needs(codec, tmp_path):
    """A program that writes down its arguments stands for ffmpeg on a machine with a card."""
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    program.chmod(0o755)
    able = BUNDLED.encoders | {profile.encoder for profile in NVENC_PROFILES.values()}
    require_nvenc(Ffmpeg(program, "9", "9", able, BUNDLED.filters, "setting"), codec)
    asked = (tmp_path / "asked").read_text()
    for part in (
        f"-c:v {NVENC_PROFILES[codec].encoder}",
        "-cq:v 30",
        "-b:v 0",
        "-maxrate:v 1000000",
        "-forced-idr:v 1",
        "-g:v 100",
    ):
        assert part in asked
