"""The formats that an index can be exported to, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.document import IndexDocument
from models.errors import InputError
from pipeline.export.index_json import to_json
from pipeline.export.webvtt import to_webvtt

FORMATS: Mapping[str, Callable[[IndexDocument], str]] = MappingProxyType(
    {"json": to_json, "webvtt": to_webvtt}
)


def format_document(document: IndexDocument, format_name: str) -> str:
    """Write the document in the format of that name.

    Raises:
        InputError: when there is no such format.
    """
    if format_name not in FORMATS:
        raise InputError(f"no export format {format_name!r}; choose one of {', '.join(FORMATS)}")
    return FORMATS[format_name](document)
