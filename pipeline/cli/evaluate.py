"""`kandian evaluate`: how good is it, measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from models.highlight import EvidenceKind, Status
from pipeline.cli.job_options import job_options
from pipeline.cli.opening import open_for_writing
from pipeline.cli.progress import observed
from pipeline.cli.rendering import say, write_cells
from pipeline.cli.settings import GlobalSettings
from pipeline.run.job import JobSettings

if TYPE_CHECKING:
    # Measuring brings detection along, which no other command's help should wait for.
    from pipeline.evaluate.tracks import Track, TrackResult

STATUSES = {
    "published": frozenset({Status.PUBLISHED}),
    "all": frozenset({Status.PUBLISHED, Status.REVIEW}),
}
DETECT = "detect"
KEYWORD = "keyword"
METHODS = (DETECT, KEYWORD, "windows", "embedding", "links", "tiling")
"""Detection, and the baselines by the names that `Baseline` gives them."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--text",
    type=click.Choice(("asr", "oracle")),
    default="asr",
    show_default=True,
    help="Read recognised speech, or the true text of the truth files.",
)
@click.option(
    "--links",
    type=click.Choice(("visible", "masked")),
    default="visible",
    show_default=True,
    help="Read link numbers, or take them out of the text first.",
)
@click.option(
    "--catalogue-size",
    type=click.IntRange(min=1),
    metavar="N",
    default=None,
    help="Add made-up products until the catalogue has N, say 1000.",
)
@click.option(
    "--without",
    type=click.Choice(tuple(kind.value for kind in EvidenceKind)),
    multiple=True,
    help="Detect without this kind of evidence; may be given again.",
)
@click.option(
    "--status",
    type=click.Choice(tuple(STATUSES)),
    default="published",
    show_default=True,
    help="Score what players show, or also what waits for review.",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default=None,
    help="Score a baseline instead: keyword, windows, embedding, links, tiling.  [default: detect]",
)
@click.option(
    "--baseline/--no-baseline",
    default=False,
    help="The same as --method keyword: exact names with gap merging.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Compare everything: harder and easier conditions, each kind of evidence off, baselines.",
)
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Also write a report with pictures: one page that needs nothing else.",
)
@job_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How to write the scores.",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    /,
    *,
    folder: Path,
    text: str,
    links: str,
    catalogue_size: int | None,
    without: tuple[str, ...],
    status: str,
    method: str | None,
    baseline: bool,
    full: bool,
    html: Path | None,
    output_format: str,
    **job_settings: Any,
) -> None:
    """Measure accuracy on recordings with known truth.

    FOLDER holds NAME.truth.json, NAME.catalogue.csv and NAME.mp4 (or .srt ...) per recording, or
    truth.json, catalogue.csv and broadcast.mp4. Transcripts are kept: a second run is quick.
    """
    from pipeline.evaluate.tracks import FULL
    from pipeline.run.bench import Bench
    from pipeline.run.measure import measure_folder
    from pipeline.run.toolbox import Toolbox

    method = _choose_method(method, baseline=baseline)
    asked = _make_track(method, text, links, catalogue_size, without)
    if full and asked.name != DETECTION:
        raise click.UsageError(f"--full measures {asked.name!r} and more by itself; leave it out")
    toolbox = Toolbox(JobSettings(**job_settings))
    with (
        open_for_writing(settings) as store,
        observed(quiet=settings.quiet) as observer,
    ):
        results = measure_folder(
            Bench(toolbox, settings.workspace, store, observer),
            folder,
            FULL if full else (asked,),
            statuses=STATUSES[status],
        )
    if html is not None:
        _write_html(results, html)
        if not settings.quiet:
            say(f"the report is {html}")
    _write_scores(results, output_format)


DETECTION = "detection"
"""Name of the track that nothing was changed in."""


def _choose_method(method: str | None, *, baseline: bool) -> str:
    if baseline and method not in (None, KEYWORD):
        raise click.UsageError(f"--baseline is --method {KEYWORD}; it cannot be {method} as well")
    return KEYWORD if baseline else method or DETECT


def _make_track(
    method: str, text: str, links: str, catalogue_size: int | None, without: tuple[str, ...]
) -> Track:
    from pipeline.evaluate.baselines import Baseline
    from pipeline.evaluate.tracks import Links, Text, Track

    if without and method != DETECT:
        raise click.UsageError("--without is for detection; a baseline has one kind of evidence")
    return Track(
        text=Text(text),
        links=Links(links),
        catalogue_size=catalogue_size,
        without=tuple(kind for kind in EvidenceKind if kind in without),
        baseline=None if method == DETECT else Baseline(method),
    )


def _write_html(results: tuple[TrackResult, ...], path: Path) -> None:
    from pipeline.evaluate.html_report import format_html
    from pipeline.run.workspace import write_atomically

    write_atomically(path, format_html(results))


def _write_scores(results: tuple[TrackResult, ...], output_format: str) -> None:
    from pipeline.evaluate.report import HEADERS, format_rows
    from pipeline.evaluate.report_json import format_json
    from pipeline.evaluate.report_tracks import TRACK_HEADERS, format_track_rows

    if output_format == "json":
        click.echo(format_json(results))
    elif len(results) > 1:
        write_cells(TRACK_HEADERS, format_track_rows(results))
    else:
        write_cells(HEADERS, format_rows(results[0].evaluation))
