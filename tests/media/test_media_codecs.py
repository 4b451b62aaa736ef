"""What RFC 6381 calls what is in a file."""

from __future__ import annotations

import pytest

from models.errors import ToolError
from pipeline.media.codecs import aac_codec, av1_codec, avc_codec, hevc_codec


def hvcc(first: str, compatible: str, constraints: str, level: str) -> bytes:
    return bytes.fromhex(f"01{first}{compatible}{constraints}{level}f000fcfdf8f800000f")


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        # The examples of ISO 14496-15, annex E, and of Apple's HLS authoring guide.
        (hvcc("01", "60000000", "b00000000000", "5d"), "hvc1.1.6.L93.B0"),
        (hvcc("02", "20000000", "b00000000000", "7b"), "hvc1.2.4.L123.B0"),
        (hvcc("22", "20000000", "900000000000", "96"), "hvc1.2.4.H150.90"),
        (hvcc("41", "80000000", "b02300000000", "5d"), "hvc1.A1.1.L93.B0.23"),
        (hvcc("01", "60000000", "000000000000", "5d"), "hvc1.1.6.L93"),
    ],
)
def test_hevc(configuration: bytes, words: str) -> None:
    assert hevc_codec(configuration) == words


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("81040c00", "av01.0.04M.08"),
        ("81084c00", "av01.0.08M.10"),
        ("812d0c00", "av01.1.13M.08"),
        ("814dec00", "av01.2.13H.12"),
        ("814dcc00", "av01.2.13H.10"),
    ],
)
def test_av1(configuration: str, words: str) -> None:
    assert av1_codec(bytes.fromhex(configuration)) == words


def test_avc_and_aac() -> None:
    assert avc_codec(bytes.fromhex("0164001fffe1")) == "avc1.64001f"
    assert aac_codec(bytes.fromhex("1210")) == "mp4a.40.2"
    assert aac_codec(bytes.fromhex("f8e0")) == "mp4a.40.39"


@pytest.mark.parametrize("read", [avc_codec, hevc_codec, av1_codec, aac_codec])
def test_a_track_without_a_configuration_is_told(read) -> None:
    with pytest.raises(ToolError, match="carries no"):
        read(b"")
