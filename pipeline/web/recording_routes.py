"""Routes below /api/recordings: the list, the index, a moment, the chapters."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import Response

from models.span import parse_clock
from pipeline.web.deliver import deliver_text
from pipeline.web.documented import COMMON, OF_RECORDING, index_responses, text_responses
from pipeline.web.failures import JSON, require
from pipeline.web.library import Library
from pipeline.web.patterns import WORD
from pipeline.web.replies import (
    MomentReply,
    RecordingList,
    deleted_item,
    hit_item,
    recording_item,
)

WEBVTT = "text/vtt; charset=utf-8"
CLOCK_PATTERN = (
    r"^([0-9]{1,6}:[0-5]?[0-9]:[0-5]?[0-9]|[0-9]{1,6}:[0-5]?[0-9]|[0-9]{1,9})([.,][0-9]{1,9})?$"
)
"""What `models.span.parse_clock` reads; a test holds the two together."""
KEPT_TEXTS = 64
"""Indexes and chapters kept ready, by revision; an index takes about 2 kB a highlight."""

MAX_ID = 120
"""Characters of a recording's id."""
DEFAULT_PAGE, MAX_PAGE = 1_000, 10_000
"""Recordings of one answer, deleted ones among them: about 300 kB, and 3 MB."""

After = Annotated[
    str | None,
    Query(
        description="Begin after this id; `next` of the page before.",
        pattern=rf"^{WORD}$",
        max_length=MAX_ID,
        examples=["friday"],
    ),
]
PageLimit = Annotated[int, Query(description="How many to tell at most.", ge=1, le=MAX_PAGE)]
RecordingId = Annotated[
    str, Path(description="Id of a recording, as /api/recordings lists it.", examples=["friday"])
]
Clock = Annotated[
    str,
    Query(
        description="Seconds, MM:SS or H:MM:SS, with decimals if need be.",
        pattern=CLOCK_PATTERN,
        examples=["1:23:45", "5025.5"],
    ),
]


def add_recording_routes(application: FastAPI, library: Library) -> None:
    """Add the routes that answer about one recording, and the list of all."""

    @lru_cache(maxsize=KEPT_TEXTS)
    def index_of(recording_id: str, _revision: int) -> str:
        return library.index_json(recording_id, media_url=f"/media/{quote(recording_id)}/")

    @lru_cache(maxsize=KEPT_TEXTS)
    def chapters_of(recording_id: str, _revision: int) -> str:
        return library.chapters_vtt(recording_id)

    @application.get("/api/recordings", response_model=RecordingList, responses=COMMON)
    def list_recordings(
        request: Request, after: After = None, limit: PageLimit = DEFAULT_PAGE
    ) -> Response:
        """List the recordings, and those that were deleted, page by page.

        Pages are in the order of the ids. Ask again with `after` set to `next` until it is null:
        every recording is told once, also when others come and go meanwhile.
        """
        page = library.page(after or "", limit)
        reply = RecordingList(
            recordings=tuple(map(recording_item, page.recordings)),
            deleted=tuple(map(deleted_item, page.deleted)),
            next=page.last,
        )
        return deliver_text(request, reply.model_dump_json(), JSON)

    @application.get("/api/recordings/{recording_id}/index", responses=index_responses())
    def read_index(request: Request, recording_id: RecordingId) -> Response:
        """Read the index of a recording: `kandian.index/1`, as `kandian export` writes it.

        The ETag begins with the revision. `removed` lists the highlights to forget.
        """
        revision = require(library, recording_id).revision
        text = index_of(recording_id, revision)
        return deliver_text(request, text, JSON, revision=revision)

    @application.get(
        "/api/recordings/{recording_id}/at", response_model=MomentReply, responses=OF_RECORDING
    )
    def read_moment(request: Request, recording_id: RecordingId, t: Clock) -> Response:
        """Tell what is on at a moment."""
        revision = require(library, recording_id).revision
        at_ms = parse_clock(t)
        reply = MomentReply(
            recording_id=recording_id,
            revision=revision,
            at_ms=at_ms,
            highlights=tuple(map(hit_item, library.at(recording_id, at_ms))),
        )
        return deliver_text(request, reply.model_dump_json(), JSON, revision=revision)

    @application.get(
        "/api/recordings/{recording_id}/chapters.vtt",
        response_class=Response,
        responses=text_responses(
            "text/vtt",
            "Chapters for a track element.",
            "WEBVTT\n\nhl_5f2c\n00:01:01.200 --> 00:02:31.000\n保温杯 500ml\n",
        ),
    )
    def read_chapters(request: Request, recording_id: RecordingId) -> Response:
        """Read the highlights as WebVTT chapters."""
        revision = require(library, recording_id).revision
        text = chapters_of(recording_id, revision)
        return deliver_text(request, text, WEBVTT, revision=revision)
