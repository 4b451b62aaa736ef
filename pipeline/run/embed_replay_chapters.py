"""A copy of a recording's replay that carries its index as chapters."""

from __future__ import annotations

from pathlib import Path

from models.document import IndexDocument
from models.errors import InputError
from pipeline.export.mp4_chapters import format_mp4_chapters
from pipeline.export.report import Report
from pipeline.media.chapters import embed_chapters
from pipeline.media.tool import find_ffmpeg
from pipeline.run.workspace import Workspace, make_folder


def embed_replay_chapters(document: IndexDocument, workspace: Workspace, target: Path) -> Report:
    """Write the replay with chapters to `target`; the replay itself stays as it is.

    Guaranteed: picture and sound are those of the replay, packet by packet; `target` is at all
    times absent, the old file, or the whole new one.

    Returns:
        What the chapters do not say as the index does.

    Raises:
        InputError: when the recording has no replay, or `target` is the replay.
        ConfigError: when there is no ffmpeg, or the folder cannot be written to.
        ResourceError: when the disk is full.
        ToolError: when ffmpeg fails.
    """
    replay = _find_replay(document, workspace)
    chapters = format_mp4_chapters(document)
    make_folder(target.parent)
    embed_chapters(replay, chapters.text, target, ffmpeg=find_ffmpeg())
    return chapters.report


def _find_replay(document: IndexDocument, workspace: Workspace) -> Path:
    recording_id = document.recording.id
    for rendition in document.media:
        path = workspace.recording_folder(recording_id) / rendition.url
        if path.is_file():
            return path
    raise InputError(
        f"recording {recording_id!r} has no replay to write chapters into; run `kandian index` on "
        "its media without --no-transcode"
    )
