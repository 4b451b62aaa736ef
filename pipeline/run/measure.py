"""Run the text side of the pipeline over recordings with known truth, and score it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from models.catalogue import Catalogue
from models.catalogue_file import read_catalogue
from models.errors import InputError
from models.highlight import Highlight, Status
from models.transcript import Transcript
from pipeline.detect.detect import detect
from pipeline.evaluate.baseline import keyword_baseline
from pipeline.evaluate.folder import Case, find_cases
from pipeline.evaluate.report import Evaluation, RecordingScore, evaluate_recording
from pipeline.evaluate.truth import check_products, read_truth
from pipeline.run.ingest import ingest
from pipeline.run.job import Job
from pipeline.run.stages import Bench, make_transcript
from pipeline.run.vectors import remember

ASR = "asr"
"""Text as the engine, or the imported transcript, gives it."""
ORACLE = "oracle"
"""The true text: what detection could do if recognition were perfect."""


def measure_folder(
    bench: Bench,
    folder: Path,
    *,
    statuses: Collection[Status],
    text: str = ASR,
    baseline: bool = False,
) -> Evaluation:
    """Score every case of a folder; transcripts are kept, so a second run is quick.

    Nothing is stored as an index, and no replay is made.

    Raises:
        InputError: when the folder holds no case, or a case's input is bad.
    """
    return Evaluation(
        tuple(
            _measure_case(bench, case, statuses=statuses, text=text, baseline=baseline)
            for case in find_cases(folder)
        )
    )


def _measure_case(
    bench: Bench, case: Case, *, statuses: Collection[Status], text: str, baseline: bool
) -> RecordingScore:
    bench.observer.note(f"{case.name} ...")
    catalogue = read_catalogue(case.catalogue)
    truth = read_truth(case.truth)
    check_products(truth, catalogue, name=case.truth.name)
    if text == ORACLE and not truth.utterances:
        raise InputError(f"{case.truth.name}: it has no utterances, so there is no true text")
    transcript = truth.to_transcript() if text == ORACLE else _hear(bench, case, catalogue)
    highlights = (
        keyword_baseline(transcript, catalogue)
        if baseline
        else _find(bench, transcript, catalogue, memory=case.name)
    )
    return evaluate_recording(
        case.name, highlights, truth, transcript=transcript, statuses=statuses
    )


def _hear(bench: Bench, case: Case, catalogue: Catalogue) -> Transcript:
    toolbox = bench.toolbox
    job = Job(catalogue=case.catalogue, media=case.media, transcript=case.transcript)
    source = ingest(job, script=toolbox.script, language=toolbox.language)
    return make_transcript(bench, source, catalogue).transcript


def _find(
    bench: Bench, transcript: Transcript, catalogue: Catalogue, *, memory: str
) -> tuple[Highlight, ...]:
    toolbox = bench.toolbox
    return detect(
        transcript,
        catalogue,
        settings=toolbox.detect_settings,
        started_at=None,
        encoder=remember(toolbox.encoder, bench.workspace, f"case:{memory}"),
    ).highlights
