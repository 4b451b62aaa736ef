"""Routes to the files of a recording: replay, HLS, covers, previews; of known names only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Path, Request
from fastapi.responses import Response

from pipeline.web.beneath import open_beneath
from pipeline.web.deliver import ASK_AGAIN, KEEP_A_WHILE, deliver_file
from pipeline.web.documented import file_responses
from pipeline.web.failures import AbsentError, require
from pipeline.web.library import Library
from pipeline.web.recording_routes import WEBVTT, RecordingId

HLS_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".ts": "video/mp2t",
    ".aac": "audio/aac",
    ".vtt": WEBVTT,
    ".json": "application/json",
}
"""Content types of what an HLS folder holds, by suffix; nothing else of it is served."""
HLS_PATTERN = (
    r"^([A-Za-z0-9_-]{1,80}/)?[A-Za-z0-9_-]{1,80}(\.[A-Za-z0-9_-]{1,20}){0,2}"
    r"\.(m3u8|m4s|mp4|m4a|ts|aac|vtt|json)$"
)
JPEG = "image/jpeg"

HlsName = Annotated[
    str,
    Path(
        description="A file of the HLS folder, at most one folder down.",
        pattern=HLS_PATTERN,
        max_length=200,
        examples=["master.m3u8"],
    ),
]
OtherCodec = Annotated[
    str,
    Path(description="How the picture is coded.", pattern=r"^(av1|hevc)$", examples=["av1"]),
]
HighlightId = Annotated[
    str,
    Path(description="Id of a highlight.", pattern=r"^hl_[0-9a-f]{1,36}$", examples=["hl_5f2c"]),
]
SheetNumber = Annotated[int, Path(description="Number of a sheet of thumbnails.", ge=0, le=9999)]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that a recording's folder may hold.

    What its name takes from an address has passed a pattern, or is a number.
    """

    name: str
    content_type: str
    cache_control: str = KEEP_A_WHILE


def add_file_routes(application: FastAPI, library: Library) -> None:
    """Add the routes to the files that lie in a recording's folder."""
    _add_replay_routes(application, library)
    _add_picture_routes(application, library)


def _deliver(request: Request, library: Library, recording_id: str, known: KnownFile) -> Response:
    require(library, recording_id)
    file = open_beneath(library.folder(recording_id), known.name)
    if file is None:
        raise AbsentError(f"recording {recording_id} has no file {known.name}")
    return deliver_file(request, file, known.content_type, cache_control=known.cache_control)


def _add_replay_routes(application: FastAPI, library: Library) -> None:
    @application.get(
        "/media/{recording_id}/replay.mp4",
        response_class=Response,
        responses=file_responses(("video/mp4",), "The replay."),
    )
    def read_replay(request: Request, recording_id: RecordingId) -> Response:
        """Read the replay, or a range of it."""
        return _deliver(request, library, recording_id, KnownFile("replay.mp4", "video/mp4"))

    @application.get(
        "/media/{recording_id}/replay-{codec}.mp4",
        response_class=Response,
        responses=file_responses(("video/mp4",), "The replay in another codec, where it was made."),
    )
    def read_other(request: Request, recording_id: RecordingId, codec: OtherCodec) -> Response:
        """Read the replay in a codec that not every device plays, or a range of it."""
        known = KnownFile(f"replay-{codec}.mp4", "video/mp4")
        return _deliver(request, library, recording_id, known)

    @application.get(
        "/media/{recording_id}/replay.m4a",
        response_class=Response,
        responses=file_responses(("audio/mp4",), "The replay of a recording without picture."),
    )
    def read_sound(request: Request, recording_id: RecordingId) -> Response:
        """Read the replay of a recording that has no picture, or a range of it."""
        return _deliver(request, library, recording_id, KnownFile("replay.m4a", "audio/mp4"))

    @application.get(
        "/media/{recording_id}/hls/{name:path}",
        response_class=Response,
        responses=file_responses(
            tuple(content_type.split(";")[0] for content_type in HLS_TYPES.values()),
            "A playlist or a piece of the replay, where it was made for HLS.",
        ),
    )
    def read_hls(request: Request, recording_id: RecordingId, name: HlsName) -> Response:
        """Read a file of the HLS replay, or a range of it."""
        suffix = name[name.rindex(".") :]
        keep = ASK_AGAIN if suffix == ".m3u8" else KEEP_A_WHILE
        known = KnownFile(f"hls/{name}", HLS_TYPES[suffix], keep)
        return _deliver(request, library, recording_id, known)


def _add_picture_routes(application: FastAPI, library: Library) -> None:
    base = "/api/recordings/{recording_id}"

    @application.get(
        f"{base}/covers/{{highlight_id}}.jpg",
        response_class=Response,
        responses=file_responses((JPEG,), "A picture from the start of the pitch."),
    )
    def read_cover(
        request: Request, recording_id: RecordingId, highlight_id: HighlightId
    ) -> Response:
        """Read the cover of a highlight."""
        known = KnownFile(f"covers/{highlight_id}.jpg", JPEG)
        return _deliver(request, library, recording_id, known)

    @application.get(
        f"{base}/thumbnails.vtt",
        response_class=Response,
        responses=file_responses(("text/vtt",), "Where in which sheet each moment's picture is."),
    )
    def read_thumbnails(request: Request, recording_id: RecordingId) -> Response:
        """Read the WebVTT of the preview pictures; the sheets it names lie beside it."""
        known = KnownFile("thumbnails.vtt", WEBVTT, ASK_AGAIN)
        return _deliver(request, library, recording_id, known)

    @application.get(
        f"{base}/thumbnails-{{number}}.jpg",
        response_class=Response,
        responses=file_responses((JPEG,), "A sheet of preview pictures."),
    )
    def read_sheet(request: Request, recording_id: RecordingId, number: SheetNumber) -> Response:
        """Read a sheet of preview pictures."""
        known = KnownFile(f"thumbnails-{number}.jpg", JPEG)
        return _deliver(request, library, recording_id, known)
