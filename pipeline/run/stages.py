"""The longest stage of one recording: its transcript, made once per key."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from models.catalogue import Catalogue
from models.errors import InputError
from models.transcript import Transcript
from models.transcript_json import format_transcript, parse_transcript
from pipeline.media.audio import extract_audio
from pipeline.run.bench import Bench
from pipeline.run.ingest import Source
from pipeline.run.kept import find_kept, keep
from pipeline.run.keys import content_key, stage_key
from pipeline.run.workspace import CHECKPOINT_OWNER, make_folder, write_atomically
from pipeline.store.stages import list_results
from pipeline.transcribe.engine import Transcriber

log = logging.getLogger(__name__)

TRANSCRIBE_VERSION = "1"
"""Raise it when the same audio, engine and settings would give another transcript."""

BEFORE_NAMES = "-"
"""In a key, between what a transcript depends on anyway and the names that it was heard with."""
OTHER_NAMES = (
    "the transcript is kept that was made with another choice of names in mind; "
    "--listen-again makes a new one"
)


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """A transcript and the key that it is kept under."""

    transcript: Transcript
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
    kept = _find_heard(bench, source, engine)
    if kept is None:
        kept = KeptTranscript(_transcribe(bench, source, engine, key), key)
    elif kept.key != key:
        bench.observer.note(OTHER_NAMES)
    # Also when it was kept: a run may have been killed between keeping it and tidying up.
    shutil.rmtree(bench.workspace.checkpoint_folder(kept.key), ignore_errors=True)
    return kept


def find_transcript(bench: Bench, source: Source, catalogue: Catalogue) -> KeptTranscript | None:
    """Return the transcript of a recording where nothing need be heard for it, else None.

    Raises:
        ConfigError: when the engine or its weights are missing.
    """
    if source.imported is not None:
        return make_transcript(bench, source, catalogue)
    return _find_heard(bench, source, bench.toolbox.transcriber_for(catalogue))


def _find_heard(bench: Bench, source: Source, engine: Transcriber) -> KeptTranscript | None:
    """Return what was heard with these names; else, unless asked to listen again, with others."""
    for key in _iter_keys(bench, source, engine):
        transcript = _read_kept_transcript(bench, key)
        if transcript is not None:
            return KeptTranscript(transcript, key)
    return None


def _iter_keys(bench: Bench, source: Source, engine: Transcriber) -> Iterator[str]:
    """Yield the keys of transcripts that would do, the best first.

    Of those heard with other names the latest: a new alias must not cost hours of transcription.
    """
    key = _transcript_key(engine, source)
    yield key
    if bench.toolbox.settings.listen_again:
        return
    common = _common_key(engine, source)
    heard = list_results(bench.store.select, source.fingerprint)
    others = [one for one in heard if one.key.partition(BEFORE_NAMES)[0] == common]
    others.sort(key=lambda result: result.created_at, reverse=True)
    yield from (other.key for other in others if other.key != key)


def _transcript_key(engine: Transcriber, source: Source) -> str:
    common = _common_key(engine, source)
    if not engine.hot_words:
        return common
    return f"{common}{BEFORE_NAMES}{stage_key('names', TRANSCRIBE_VERSION, *engine.hot_words)}"


def _common_key(engine: Transcriber, source: Source) -> str:
    """Return the key of everything but the names that recognition leaned towards."""
    # The build of ffmpeg is left out on purpose: decoding to PCM is standardised, and a new
    # ffmpeg must not cost every broadcast hours of new transcription.
    return stage_key(
        "transcript",
        TRANSCRIBE_VERSION,
        source.fingerprint,
        engine.name,
        engine.model,
        engine.weights_sha256,
        engine.common_settings,
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
    write_atomically(checkpoints / CHECKPOINT_OWNER, source.fingerprint)
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
    return transcript
