"""What RFC 6381 calls the codecs of a file, from the decoder configurations in it.

Players decide by these words whether they play a rendition at all, before they fetch it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.decision import Codec
from models.errors import ToolError

HEVC_CONSTRAINT_BYTES = 6
"""Of the general constraint flags; those that are 0 at the end are left out of the words."""


def picture_codec(stream: Any) -> Codec:
    """Return how the picture of an opened track is coded.

    Raises:
        ToolError: when it is none of ours.
    """
    name = stream.codec_context.codec.canonical_name
    try:
        return Codec(name)
    except ValueError:
        raise ToolError(f"the replay's picture is {name}; it must be H.264, HEVC or AV1") from None


def describe_picture(stream: Any) -> str:
    """Return the words for the picture of an opened track, e.g. `avc1.64001f`.

    HEVC is called `hvc1`: its parameters stand in the header alone, as HLS wants it.

    Raises:
        ToolError: when it carries no configuration, or is none of ours.
    """
    return DESCRIBED[picture_codec(stream)](stream.codec_context.extradata or b"")


def describe_sound(stream: Any) -> str:
    """Return the words for the sound of an opened track, e.g. `mp4a.40.2`.

    Raises:
        ToolError: when it carries no configuration.
    """
    return aac_codec(stream.codec_context.extradata or b"")


def avc_codec(configuration: bytes) -> str:
    """Read `avc1.PPCCLL` from an avcC record (ISO 14496-15): profile, constraints, level."""
    if len(configuration) < 4 or configuration[0] != 1:
        raise ToolError("the replay's picture carries no H.264 configuration")
    return f"avc1.{configuration[1:4].hex()}"


def hevc_codec(configuration: bytes) -> str:
    """Read `hvc1.P.C.TL.F` from an hvcC record (ISO 14496-15, annex E).

    Profile, its compatibility flags from the last to the first, tier and level, constraint flags.
    """
    if len(configuration) < 13 or configuration[0] != 1:
        raise ToolError("the replay's picture carries no HEVC configuration")
    space, tier, profile = configuration[1] >> 6, configuration[1] >> 5 & 1, configuration[1] & 31
    compatible = int(f"{int.from_bytes(configuration[2:6]):032b}"[::-1], 2)
    words = [
        f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}",
        f"{compatible:X}",
        f"{'LH'[tier]}{configuration[12]}",
    ]
    flags = configuration[6 : 6 + HEVC_CONSTRAINT_BYTES].rstrip(b"\0")
    return ".".join([*words, *(f"{flag:X}" for flag in flags)])


def av1_codec(configuration: bytes) -> str:
    """Read `av01.P.LLT.DD` from an av1C record (AV1 in ISOBMFF): profile, level, tier, depth."""
    if len(configuration) < 4 or configuration[0] != 0x81:
        raise ToolError("the replay's picture carries no AV1 configuration")
    profile, level = configuration[1] >> 5, configuration[1] & 31
    tier, high, twelve = (configuration[2] >> shift & 1 for shift in (7, 6, 5))
    depth = 8 + 2 * high + 2 * (high & twelve)
    return f"av01.{profile}.{level:02d}{'MH'[tier]}.{depth:02d}"


def aac_codec(configuration: bytes) -> str:
    """Read `mp4a.40.N` from an AudioSpecificConfig (ISO 14496-3): its first five bits."""
    if not configuration:
        raise ToolError("the replay's sound carries no AAC configuration")
    object_type = configuration[0] >> 3
    if object_type == 31 and len(configuration) > 1:
        object_type = 32 + ((configuration[0] & 7) << 3 | configuration[1] >> 5)
    return f"mp4a.40.{object_type}"


DESCRIBED: Mapping[Codec, Callable[[bytes], str]] = {
    Codec.H264: avc_codec,
    Codec.HEVC: hevc_codec,
    Codec.AV1: av1_codec,
}
