"""The formats that an index can be exported to, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.document import IndexDocument
from models.errors import InputError
from pipeline.export.aliplayer import format_aliplayer
from pipeline.export.artplayer import format_artplayer
from pipeline.export.artplayer_chapter import format_artplayer_chapter
from pipeline.export.cloudinary import format_cloudinary
from pipeline.export.csv_table import format_csv
from pipeline.export.dplayer import format_dplayer
from pipeline.export.ffmetadata import format_ffmetadata
from pipeline.export.hls_chapters import format_hls_chapters
from pipeline.export.hls_daterange import format_hls_daterange
from pipeline.export.imagekit import format_imagekit
from pipeline.export.index_json import format_json
from pipeline.export.plyr import format_plyr
from pipeline.export.podcast import format_podcast
from pipeline.export.report import Exported
from pipeline.export.schemaorg import format_schemaorg
from pipeline.export.srt import format_srt
from pipeline.export.videojs_markers import format_videojs_markers
from pipeline.export.vidstack import format_vidstack
from pipeline.export.webvtt import format_webvtt
from pipeline.export.webvtt_metadata import format_webvtt_metadata
from pipeline.export.xgplayer import format_xgplayer
from pipeline.export.youtube import format_youtube

FORMATS: Mapping[str, Callable[[IndexDocument], Exported]] = MappingProxyType(
    {
        "json": format_json,
        "webvtt": format_webvtt,
        "webvtt-metadata": format_webvtt_metadata,
        "xgplayer": format_xgplayer,
        "artplayer": format_artplayer,
        "artplayer-chapter": format_artplayer_chapter,
        "dplayer": format_dplayer,
        "aliplayer": format_aliplayer,
        "videojs-markers": format_videojs_markers,
        "vidstack": format_vidstack,
        "plyr": format_plyr,
        "cloudinary": format_cloudinary,
        "imagekit": format_imagekit,
        "hls-chapters": format_hls_chapters,
        "hls-daterange": format_hls_daterange,
        "podcast": format_podcast,
        "ffmetadata": format_ffmetadata,
        "youtube": format_youtube,
        "schemaorg": format_schemaorg,
        "csv": format_csv,
        "srt": format_srt,
    }
)


def export_document(document: IndexDocument, format_name: str) -> Exported:
    """Write the document in the format of that name, and report what was changed for it.

    Guaranteed: equal documents give equal exports; the text can be encoded as UTF-8.

    Raises:
        InputError: when there is no such format.
    """
    if format_name not in FORMATS:
        raise InputError(f"no export format {format_name!r}; choose one of {', '.join(FORMATS)}")
    return FORMATS[format_name](document)


def format_document(document: IndexDocument, format_name: str) -> str:
    """Write only the text of `export_document`.

    Raises:
        InputError: when there is no such format.
    """
    return export_document(document, format_name).text
