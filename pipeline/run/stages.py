"""The long stages of one recording: transcript and replay, made once per key."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from models.catalogue import Catalogue
from models.errors import InputError
from models.recording import Rendition
from models.transcript import Transcript
from models.transcript_json import format_transcript, parse_transcript
from pipeline.media.audio import extract_audio
from pipeline.media.transcode import transcode
from pipeline.run.ingest import Source
from pipeline.run.job import Observer
from pipeline.run.kept import find_kept, keep
from pipeline.run.keys import content_key, settings_key, stage_key
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import Workspace, make_folder, write_atomically
from pipeline.store.store import Store
from pipeline.transcribe.engine import Transcriber

log = logging.getLogger(__name__)

TRANSCRIBE_VERSION = "1"
"""Raise it when the same audio, engine and settings would give another transcript."""
TRANSCODE_VERSION = "1"
"""Raise it when the same media, ffmpeg and settings would give another replay."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a job works: its tools, its folder, its database, and who watches."""

    toolbox: Toolbox
    workspace: Workspace
    store: Store
    observer: Observer


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """A transcript and the key that it is kept under."""

    transcript: Transcript
    key: str


@dataclass(frozen=True, slots=True)
class KeptReplay:
    """A replay file and what players are told about it."""

    path: Path
    rendition: Rendition
    key: str


def make_transcript(bench: Bench, source: Source, catalogue: Catalogue) -> KeptTranscript:
    """Return the transcript of a recording: imported, kept from an earlier run, or made now.

    A killed run goes on at its last finished piece.

    Raises:
        InputError: when the sound cannot be used, for instance because the file is cut short.
        ConfigError: when the engine or its weights are missing.
    """
    if source.imported is not None:
        return KeptTranscript(source.imported, content_key(format_transcript(source.imported)))
    engine = bench.toolbox.transcriber_for(catalogue)
    key = _transcript_key(engine, source)
    kept = _read_kept_transcript(bench, key)
    transcript = kept or _transcribe(bench, source, engine, key)
    return KeptTranscript(transcript, key)


def make_replay(bench: Bench, source: Source) -> KeptReplay | None:
    """Return the replay of a recording, kept or made now; None for a text-only recording.

    Raises:
        InputError: when the picture or sound is damaged.
        ToolError: when ffmpeg fails.
        ResourceError: when the disk is full.
    """
    if source.media is None or source.info is None:
        return None
    kept = find_replay(bench, source)
    if kept is not None:
        return kept
    key = _replay_key(bench.toolbox, source)
    path = _replay_file(bench, source, key)
    make_folder(path.parent)
    follow = bench.observer.follow
    rendition = transcode(
        source.media,
        source.info,
        path,
        ffmpeg=bench.toolbox.ffmpeg,
        settings=bench.toolbox.encode_settings,
        report=lambda done, total: follow("transcode", done, total),
    )
    _keep_replay(bench, source, key, rendition)
    return KeptReplay(path, rendition, key)


def find_replay(bench: Bench, source: Source) -> KeptReplay | None:
    """Return the replay that an earlier run kept, or None when there is none to be trusted."""
    if source.media is None:
        return None
    key = _replay_key(bench.toolbox, source)
    facts = find_kept(bench.store, bench.workspace, key)
    if facts is None:
        return None
    path = _replay_file(bench, source, key)
    try:
        rendition = Rendition(**json.loads(facts.read_text(encoding="utf-8")))
        whole = path.stat().st_size == rendition.bytes
    except (OSError, ValueError, TypeError) as error:
        log.warning("the kept replay cannot be used and is made again: %s", error)
        return None
    return KeptReplay(path, rendition, key) if whole else None


def _replay_key(toolbox: Toolbox, source: Source) -> str:
    return stage_key(
        "replay",
        TRANSCODE_VERSION,
        source.fingerprint,
        toolbox.ffmpeg.build_id,
        settings_key(toolbox.encode_settings, leave_out=frozenset({"threads"})),
    )


def _replay_file(bench: Bench, source: Source, key: str) -> Path:
    silent = source.info is not None and source.info.video is None
    return bench.workspace.stage_file("replay", key, ".m4a" if silent else ".mp4")


def _keep_replay(bench: Bench, source: Source, key: str, rendition: Rendition) -> None:
    facts = bench.workspace.stage_file("replay", key, ".json")
    write_atomically(facts, json.dumps(asdict(rendition), indent=1) + "\n")
    keep(
        bench.store,
        bench.workspace,
        facts,
        key=key,
        stage="replay",
        fingerprint=source.fingerprint,
    )


def _transcript_key(engine: Transcriber, source: Source) -> str:
    # The build of ffmpeg is left out on purpose: decoding to PCM is standardised, and a new
    # ffmpeg must not cost every broadcast hours of new transcription.
    return stage_key(
        "transcript",
        TRANSCRIBE_VERSION,
        source.fingerprint,
        engine.name,
        engine.model,
        engine.weights_sha256,
        engine.settings,
    )


def _read_kept_transcript(bench: Bench, key: str) -> Transcript | None:
    artifact = find_kept(bench.store, bench.workspace, key)
    if artifact is None:
        return None
    try:
        return parse_transcript(artifact.read_text(encoding="utf-8"), name=artifact.name)
    except (InputError, OSError, UnicodeDecodeError) as error:
        log.warning("the kept transcript is damaged and is made again: %s", error)
        return None


def _transcribe(bench: Bench, source: Source, engine: Transcriber, key: str) -> Transcript:
    if source.media is None or source.info is None:
        raise InputError("a text-only recording has no sound to transcribe")
    checkpoints = bench.workspace.checkpoint_folder(key)
    audio = checkpoints / "audio.wav"
    make_folder(checkpoints)
    follow = bench.observer.follow
    if not audio.is_file():
        extract_audio(
            source.media,
            source.info,
            audio,
            ffmpeg=bench.toolbox.ffmpeg,
            report=lambda done, total: follow("audio", done, total),
        )
    transcript = engine.transcribe(
        audio,
        checkpoints=checkpoints,
        report=lambda done, total: follow("transcribe", done, total),
    )
    artifact = bench.workspace.stage_file("transcript", key, ".json")
    write_atomically(artifact, format_transcript(transcript))
    keep(
        bench.store,
        bench.workspace,
        artifact,
        key=key,
        stage="transcript",
        fingerprint=source.fingerprint,
    )
    shutil.rmtree(checkpoints)
    return transcript
