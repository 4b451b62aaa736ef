"""Find the pitches of a recording, and say what the result depends on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from models.catalogue import Catalogue
from models.catalogue_file import format_catalogue_csv
from models.highlight import Detection
from models.recording import Recording
from models.span import Span
from models.transcript import Transcript
from pipeline.detect.detect import DETECT_VERSION, detect
from pipeline.detect.parameters import load_parameters
from pipeline.detect.scene import identify_scenes
from pipeline.run.bench import Bench
from pipeline.run.keys import settings_key, stage_key
from pipeline.run.toolbox import Toolbox
from pipeline.run.vectors import remember


def detection_key(
    toolbox: Toolbox, transcript_key: str, catalogue: Catalogue, started_at: datetime | None
) -> str:
    """Return the key of a detection: all that its result depends on."""
    parameters = load_parameters()
    return stage_key(
        "detect",
        DETECT_VERSION,
        transcript_key,
        format_catalogue_csv(catalogue),
        started_at.astimezone(UTC).isoformat() if started_at else "",
        toolbox.encoder.name,
        toolbox.encoder.version,
        settings_key(toolbox.detect_settings),
        settings_key(parameters.weights),
        settings_key(parameters.confidence),
        identify_scenes(),
    )


def crop_detection(detection: Detection, duration_ms: int) -> Detection:
    """Return a detection without what lies after the end of the recording.

    An imported transcript may overrun its recording by a few seconds; a dot may not.
    """
    extent = Span(0, duration_ms)
    cropped = (
        replace(highlight, span=span)
        for highlight in detection.highlights
        if highlight.point_ms < duration_ms and (span := highlight.span.crop(extent))
    )
    return Detection(tuple(cropped), tuple(m for m in detection.mentions if m.at_ms < duration_ms))


def find_pitches(
    bench: Bench, recording: Recording, catalogue: Catalogue, transcript: Transcript
) -> Detection:
    """Find the pitches of a recording; sentence vectors that were kept are not made again.

    Raises:
        ConfigError: when the sentence encoder is missing.
    """
    total_ms = recording.duration_ms
    bench.observer.follow("detect", 0, total_ms)
    detection = detect(
        transcript,
        catalogue,
        settings=bench.toolbox.detect_settings,
        started_at=recording.started_at,
        encoder=remember(bench.toolbox.encoder, bench.workspace, recording.fingerprint),
    )
    bench.observer.follow("detect", total_ms, total_ms)
    return crop_detection(detection, total_ms)
