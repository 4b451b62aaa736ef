"""What OpenAPI says about answers that are no JSON model: files, texts, failures."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from pipeline.web.failures import JSON
from pipeline.web.replies import Failure, Gone

INDEX_SCHEMA = "KandianIndex"
"""Name of the index's own JSON Schema among the components."""

Responses = dict[int | str, dict[str, Any]]
"""By status, in the form that FastAPI passes on to OpenAPI."""

UNCHANGED: Responses = {304: {"description": "You have it: the ETag that you sent still holds."}}
INVALID: Responses = {422: {"model": Failure, "description": "A parameter cannot be read."}}
COMMON: Responses = {
    400: {"model": Failure, "description": "The question cannot be answered as it is put."},
    503: {"model": Failure, "description": "The index is busy; ask again."},
    **UNCHANGED,
    **INVALID,
}
ABSENT: Responses = {404: {"model": Failure, "description": "There is no such thing."}}
OF_RECORDING: Responses = {
    **COMMON,
    **ABSENT,
    410: {"model": Gone, "description": "The recording was deleted."},
}

_BYTES = {"type": "string", "format": "binary"}
_INDEX_EXAMPLE = {
    "schema": "kandian.index/1",
    "revision": 3,
    "recording": {
        "id": "friday",
        "title": "周五晚场",
        "duration_ms": 5_400_000,
        "started_at": "2026-11-11T12:00:00Z",
        "media": [
            {
                "url": "/media/friday/replay.mp4",
                "mime": "video/mp4",
                "codecs": "avc1.64001f,mp4a.40.2",
                "width": 720,
                "height": 1280,
                "bytes": 241_172_480,
            }
        ],
    },
    "products": [
        {
            "id": "TB1007",
            "title": "保温杯 500ml",
            "price": "129.00",
            "url": "https://shop.example/TB1007",
            "image": None,
        }
    ],
    "highlights": [
        {
            "id": "hl_5f2c",
            "product_id": "TB1007",
            "title": "保温杯 500ml",
            "start_ms": 61_200,
            "end_ms": 151_000,
            "point_ms": 61_200,
            "confidence": 0.97,
            "status": "published",
            "source": "detected",
            "evidence": [{"kind": "alias", "text": "保温杯", "at_ms": 61_900, "weight": 2.1}],
        }
    ],
    "mentions": [],
    "removed": ["hl_00aa"],
    "provenance": {
        "engine": "faster-whisper",
        "model": "base",
        "weights_sha256": "d01b",
        "config": "sha256:7e10",
        "version": "0.1.0",
        "transcript_key": "sha256:90c2",
    },
}


def index_responses() -> Responses:
    """Document the answers to a question for an index."""
    schema = {"$ref": f"#/components/schemas/{INDEX_SCHEMA}"}
    content = {JSON: {"schema": schema, "example": _INDEX_EXAMPLE}}
    return {200: {"description": "The index.", "content": content}, **OF_RECORDING}


def text_responses(content_type: str, description: str, example: str) -> Responses:
    """Document the answers to a question for a text of a recording."""
    content = {content_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"description": description, "content": content}, **OF_RECORDING}


def file_responses(content_types: tuple[str, ...], description: str) -> Responses:
    """Document the answers to a question for a file of a recording, whole or in part."""
    content = {content_type: {"schema": _BYTES} for content_type in content_types}
    return {
        200: {"description": description, "content": content},
        206: {"description": "The range that was asked for.", "content": content},
        416: {"model": Failure, "description": "The file has no byte of that range."},
        **OF_RECORDING,
    }


def document_application(application: FastAPI, index_schema: dict[str, Any]) -> None:
    """Let OpenAPI hold the JSON Schema of the index; the document is made at first use."""

    def make_openapi() -> dict[str, Any]:
        if application.openapi_schema is None:
            made = get_openapi(
                title=application.title,
                version=application.version,
                description=application.description,
                routes=application.routes,
            )
            bare = {key: value for key, value in index_schema.items() if not key.startswith("$")}
            made["components"]["schemas"][INDEX_SCHEMA] = bare
            application.openapi_schema = made
        return application.openapi_schema

    # FastAPI documents this way of changing it (its "Extending OpenAPI").
    application.openapi = make_openapi  # type: ignore[method-assign]
