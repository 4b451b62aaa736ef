"""Run the text side of the pipeline over recordings with known truth, and score it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from models.catalogue import Catalogue
from models.catalogue_file import read_catalogue
from models.errors import InputError
from models.highlight import EvidenceKind, Highlight, Status
from models.transcript import Transcript
from pipeline.detect.detect import detect
from pipeline.detect.encoder import SentenceEncoder
from pipeline.evaluate.baselines import run_baseline
from pipeline.evaluate.distractors import inflate
from pipeline.evaluate.folder import Case, find_cases
from pipeline.evaluate.masking import mask_transcript
from pipeline.evaluate.metrics import PUBLISHED
from pipeline.evaluate.report import evaluate_recording
from pipeline.evaluate.tracks import Links, Take, Text, Track, TrackResult
from pipeline.evaluate.truth import check_products, read_truth
from pipeline.run.bench import Bench
from pipeline.run.ingest import ingest
from pipeline.run.job import Job
from pipeline.run.stages import make_transcript
from pipeline.run.vectors import remember

ALL_EVIDENCE = 1_000_000
"""Pieces that a highlight keeps here, which is all: players show the strongest dozen, but what a
kind of evidence is worth shows in the rest as well."""


def measure_folder(
    bench: Bench,
    folder: Path,
    tracks: Sequence[Track],
    *,
    statuses: frozenset[Status] = PUBLISHED,
) -> tuple[TrackResult, ...]:
    """Score every case of a folder on every track, in the order of the tracks.

    Transcripts and vectors are kept, so a second run is quick; nothing is stored as an index, and
    no replay is made. Of several tracks, one that reads the true text looks only at the cases that
    have it, and is left out when none has.

    Raises:
        InputError: when the folder holds no case, when a case's input is bad, or when the true
            text is asked for alone and missing.
    """
    subjects = [_Subject(bench, case) for case in find_cases(folder)]
    return tuple(_measure(bench, subjects, tracks, statuses))


def _measure(
    bench: Bench,
    subjects: Sequence[_Subject],
    tracks: Sequence[Track],
    statuses: frozenset[Status],
) -> Iterator[TrackResult]:
    for track in tracks:
        able = subjects
        if track.text is Text.ORACLE and len(tracks) > 1:
            able = [subject for subject in subjects if subject.truth.utterances]
        if not able:
            bench.observer.note(f"{track.name}: left out, no recording has its true text")
            continue
        takes = []
        for subject in able:
            bench.observer.note(f"{subject.name}: {track.name} ...")
            takes.append(subject.take(track, statuses))
        yield TrackResult(track, tuple(takes), statuses)


class _Subject:
    """A recording that every track looks at; read and heard once, when first needed."""

    def __init__(self, bench: Bench, case: Case) -> None:
        self._bench = bench
        self._case = case
        self.name = case.name
        self._catalogue = read_catalogue(case.catalogue)
        self.truth = read_truth(case.truth)
        check_products(self.truth, self._catalogue, name=case.truth.name)

    def take(self, track: Track, statuses: frozenset[Status]) -> Take:
        """Find pitches as the track wants them found, and score them."""
        catalogue = self._catalogue
        if track.catalogue_size is not None:
            catalogue = inflate(catalogue, size=track.catalogue_size)
        transcript = self._read(track.text)
        read = mask_transcript(transcript) if track.links is Links.MASKED else transcript
        highlights = self._find(track, read, catalogue)
        score = evaluate_recording(
            self.name, highlights, self.truth, transcript=transcript, statuses=statuses
        )
        return Take(self.truth, catalogue, highlights, score)

    def _read(self, text: Text) -> Transcript:
        if text is Text.ASR:
            return self._heard
        if not self.truth.utterances:
            name = self._case.truth.name
            raise InputError(f"{name}: it has no utterances, so there is no true text")
        return self.truth.to_transcript()

    @cached_property
    def _heard(self) -> Transcript:
        case, toolbox = self._case, self._bench.toolbox
        job = Job(catalogue=case.catalogue, media=case.media, transcript=case.transcript)
        source = ingest(job, script=toolbox.script, language=toolbox.language)
        return make_transcript(self._bench, source, self._catalogue).transcript

    @cached_property
    def _encoder(self) -> SentenceEncoder:
        return remember(self._bench.toolbox.encoder, self._bench.workspace, f"case:{self.name}")

    def _find(
        self, track: Track, transcript: Transcript, catalogue: Catalogue
    ) -> tuple[Highlight, ...]:
        if track.baseline is not None:
            encode = self._encoder.encode
            return run_baseline(track.baseline, transcript, catalogue, encode=encode)
        settings = self._bench.toolbox.detect_settings
        # What the mask leaves of a number, by chance or beside its price, would still be its link.
        masked = (EvidenceKind.LINK_NUMBER,) if track.links is Links.MASKED else ()
        return detect(
            transcript,
            catalogue,
            settings=replace(
                settings, without=(*track.without, *masked), evidence_limit=ALL_EVIDENCE
            ),
            started_at=None,
            encoder=self._encoder,
        ).highlights
