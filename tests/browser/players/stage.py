"""A hostile show for every player, and the folder that its page, its film and its text lie in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from models.document import IndexDocument
from pipeline.export.formats import export_document
from tests.export.indexes import make_highlight, make_index

HERE = Path(__file__).parent
PAGES = HERE / "pages"
DURATION_MS = 60_000
"""Of the film, as the players see it."""
RECORDED_MS = DURATION_MS + 80
"""A recording is seldom as long as its replay, to the frame."""
SLOT_MS = 4_000

RUNS = "window.__pwned=1"
"""What must never run, however a player takes a title."""

TITLES = (
    "护手霜",
    f'<img src=x onerror="{RUNS}">',
    f'"><svg onload={RUNS}>',
    f"\" onmouseover={RUNS} x='",
    f"</script><script>{RUNS}</script>",
    f"&lt;img src=x onerror={RUNS}&gt;",
    f"${{{RUNS}}}` {{{{{RUNS}}}}} {{$undefined}}",
    "one --> two\r\n\r\nthree\n00:00:01.000 --> 00:00:02.000",
    "'single' \"double\" \\ back",
    "👩‍👩‍👧‍👦🎁 e\u0301",
    "超" * 200,
    "Tom & Jerry &amp; &copy;",
    "مرحبا \u202eبالعالم",
    "last",
)
"""The first begins at 0, each touches the next, and the last one ends with the recording."""

STARTS_MS = tuple(at * SLOT_MS for at in range(len(TITLES)))
ENDS_MS = (*STARTS_MS[1:], RECORDED_MS)
SHOWN = tuple(" ".join(title.split()) for title in TITLES)
"""The titles as a player should show them: line breaks are spaces."""


def make_show() -> IndexDocument:
    """Make an index of the titles above, in a film of a minute."""
    pitches = [
        make_highlight(start_ms, end_ms, name=f"hl_{at:02d}", title=title)
        for at, (start_ms, end_ms, title) in enumerate(zip(STARTS_MS, ENDS_MS, TITLES, strict=True))
    ]
    index = make_index(*pitches, duration_ms=RECORDED_MS)
    return replace(index, media=(replace(index.media[0], duration_ms=DURATION_MS),))


def set_stage(folder: Path, page: str, format_name: str, film: Path) -> None:
    """Put the page of a player into a folder, with the npm packages, the film and the export.

    The export is both inside the page, in place of the word EXPORTED, and the file `exported`.
    """
    exported = export_document(make_show(), format_name).text
    folder.mkdir(exist_ok=True)
    (folder / "vendor").symlink_to(HERE.parent / "node_modules")
    shutil.copy(film, folder / "replay.mp4")
    (folder / "exported").write_text(exported, encoding="utf-8")
    text = (PAGES / f"{page}.html").read_text(encoding="utf-8")
    (folder / "index.html").write_text(text.replace("EXPORTED", exported), encoding="utf-8")
