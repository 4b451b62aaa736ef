"""The replays of one recording: one file a codec, each made once per content and settings.

Pitches are known before the picture is encoded, so that every one of them begins with a keyframe.
They are no part of the key all the same: a new catalogue must not cost a new encode. Keyframes lie
where somebody begins to speak anyway: a pitch that is found later most likely begins at one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.decision import Codec, Machine, MediaRecord, RenditionRecord
from models.decision_json import format_media_record, parse_media_record
from models.errors import ConfigError, InputError
from models.highlight import Detection
from models.recording import Rendition
from models.transcript import Transcript
from pipeline.media.decide import make_rendition
from pipeline.media.encoding import EncodeSettings
from pipeline.media.keyframes import plan_keyframes
from pipeline.media.nvenc import require_nvenc
from pipeline.media.profile import choose_profile
from pipeline.media.rendition import Moments, Task
from pipeline.run.bench import Bench
from pipeline.run.ingest import Source
from pipeline.run.kept import find_kept, keep
from pipeline.run.kept_far import bring_shared, put_shared
from pipeline.run.keys import settings_key, stage_key
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import make_folder, write_atomically

log = logging.getLogger(__name__)

TRANSCODE_VERSION = "3"
"""Raise it when the same media, ffmpeg and settings would give another replay."""


@dataclass(frozen=True, slots=True)
class KeptReplay:
    """A replay file, and why it is as it is."""

    path: Path
    record: RenditionRecord
    name: str
    """What it is called in the recording's folder."""
    key: str

    @property
    def rendition(self) -> Rendition:
        """What players are told about it, under the name that it has for them."""
        return replace(self.record.rendition, url=self.name)


def make_replays(
    bench: Bench, source: Source, moments: Moments, *, room: str | None
) -> tuple[KeptReplay, ...]:
    """Return the replays of a recording, kept or made now; none of a text-only recording.

    Raises:
        InputError: when the picture or sound is damaged.
        ToolError: when ffmpeg fails, or what it made does not pass verification.
        ResourceError: when the disk is full.
    """
    if source.media is None or source.info is None:
        return ()
    wanted = wanted_codecs(bench.toolbox, source)
    made = []
    for settings in _all_settings(bench.toolbox, source):
        replay = _find(bench, source, settings)
        if replay is None and settings.codec in wanted:
            replay = _make(bench, source, settings, moments, room)
        if replay is not None:
            made.append(replay)
    return tuple(made)


def require_encoders(bench: Bench, source: Source) -> None:
    """Check that what is yet to be encoded can be: hours of recognition come before it.

    Raises:
        ConfigError: when this ffmpeg, or this machine, cannot encode what was asked for.
    """
    silent = source.info is None or source.info.video is None
    if silent or not bench.toolbox.settings.transcode:
        return
    wanted = wanted_codecs(bench.toolbox, source)
    for settings in _all_settings(bench.toolbox, source):
        if settings.codec in wanted and _find(bench, source, settings) is None:
            _require_encoder(bench.toolbox, settings)


def find_replays(bench: Bench, source: Source) -> tuple[KeptReplay, ...]:
    """Return the replays that earlier runs kept and that can be trusted, H.264 first.

    Also in codecs that this run does not ask for: what there is, players are told about.
    """
    if source.media is None:
        return ()
    found = [_find(bench, source, settings) for settings in _all_settings(bench.toolbox, source)]
    return tuple(replay for replay in found if replay is not None)


def wanted_codecs(toolbox: Toolbox, source: Source) -> frozenset[Codec]:
    """Return the codecs that this run is asked for; sound alone needs but one file."""
    if source.info is None:
        return frozenset()
    extra = () if source.info.video is None else toolbox.extra_codecs
    return frozenset({toolbox.encode_settings.codec, *extra})


def plan_moments(
    transcript: Transcript, detection: Detection, duration_ms: int, clicks: Sequence[int] = ()
) -> Moments:
    """Return where keyframes are wanted: at pitches for certain, else where speech begins.

    `clicks` are points of the operator's marks, in ms.
    """
    points = {highlight.point_ms for highlight in detection.highlights}
    pitches = tuple(sorted(points.union(clicks)))
    onsets = [utterance.span.start_ms for utterance in transcript.utterances]
    inside = tuple(pitch for pitch in pitches if pitch < duration_ms)
    return Moments(inside, plan_keyframes(inside, sorted(onsets), duration_ms))


def describe_media(recording_id: str, source: str, replays: Sequence[KeptReplay]) -> str:
    """Write the record that `kandian media report` reads."""
    records = tuple(RenditionRecord(replay.rendition, replay.record.decision) for replay in replays)
    return format_media_record(MediaRecord(recording_id, source, records))


def _all_settings(toolbox: Toolbox, source: Source) -> list[EncodeSettings]:
    """Return the settings of this run for each codec, the one that plays everywhere first."""
    usual = toolbox.encode_settings
    if source.info is not None and source.info.video is None:
        return [usual]
    others = (codec for codec in Codec if codec is not usual.codec)
    return [usual, *(replace(usual, codec=codec) for codec in others)]


def _make(
    bench: Bench,
    source: Source,
    settings: EncodeSettings,
    moments: Moments,
    room: str | None,
) -> KeptReplay:
    if source.media is None or source.info is None:
        raise InputError("a text-only recording has no replay")
    key = _key(bench.toolbox, source, settings)
    path = bench.workspace.stage_file("replay", key, _suffix(source))
    make_folder(path.parent)
    follow = bench.observer.follow
    last = None if room is None else _room_file(bench, room, settings)
    record = make_rendition(
        Task(source.media, source.info, path, moments, _read_crf(last)),
        ffmpeg=bench.toolbox.ffmpeg,
        settings=settings,
        searching=lambda done, total: follow("search", done, total),
        report=lambda done, total: follow("transcode", done, total),
    )
    facts = bench.workspace.stage_file("replay", key, ".json")
    write_atomically(facts, format_media_record(MediaRecord(source.default_id, "", (record,))))
    keep(
        bench.store,
        bench.workspace,
        facts,
        key=key,
        stage="replay",
        fingerprint=source.fingerprint,
        beside=path,
    )
    if last is not None and record.decision.search is not None:
        write_atomically(last, json.dumps({"crf": record.decision.search.chosen.crf}) + "\n")
        put_shared(bench.workspace, last)
    return KeptReplay(path, record, _name(source, settings, bench.toolbox), key)


def _find(bench: Bench, source: Source, settings: EncodeSettings) -> KeptReplay | None:
    key = _key(bench.toolbox, source, settings)
    path = bench.workspace.stage_file("replay", key, _suffix(source))
    facts = find_kept(bench.store, bench.workspace, key, beside=path)
    if facts is None:
        return None
    try:
        (record,) = parse_media_record(
            facts.read_text(encoding="utf-8"), name=facts.name
        ).renditions
        whole = path.stat().st_size == record.rendition.bytes
    except (OSError, ValueError, InputError) as error:
        log.warning("the kept replay cannot be used and is made again: %s", error)
        return None
    if not whole:
        return None
    return KeptReplay(path, record, _name(source, settings, bench.toolbox), key)


def _require_encoder(toolbox: Toolbox, settings: EncodeSettings) -> None:
    if settings.machine is Machine.NVENC:
        require_nvenc(toolbox.ffmpeg, settings.codec)
        return
    encoder = choose_profile(settings).encoder
    if encoder not in toolbox.ffmpeg.encoders:
        raise ConfigError(
            f"the ffmpeg at {toolbox.ffmpeg.path} cannot encode {settings.codec} (it lacks "
            f"{encoder}); leave --also {settings.codec} out, or take the ffmpeg that comes with "
            "Kandian"
        )


def _key(toolbox: Toolbox, source: Source, settings: EncodeSettings) -> str:
    return stage_key(
        "replay",
        TRANSCODE_VERSION,
        source.fingerprint,
        toolbox.ffmpeg.build_id,
        settings_key(settings, leave_out=frozenset({"threads"})),
    )


def _suffix(source: Source) -> str:
    silent = source.info is not None and source.info.video is None
    return ".m4a" if silent else ".mp4"


def _name(source: Source, settings: EncodeSettings, toolbox: Toolbox) -> str:
    first = settings.codec is toolbox.encode_settings.codec
    return f"replay{'' if first else f'-{settings.codec}'}{_suffix(source)}"


def _room_file(bench: Bench, room: str, settings: EncodeSettings) -> Path:
    """Return where a room's last result is kept: what it is asked to reach is part of the name."""
    key = stage_key("room", "1", room, settings_key(settings, leave_out=frozenset({"threads"})))
    path = bench.workspace.stage_file("room", key, ".json")
    bring_shared(bench.workspace, path)
    return path


def _read_crf(path: Path | None) -> float | None:
    """Return a room's last CRF; None when there is none that can be read."""
    if path is None:
        return None
    try:
        crf = json.loads(path.read_text(encoding="utf-8"))["crf"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(crf) if isinstance(crf, int | float) else None
