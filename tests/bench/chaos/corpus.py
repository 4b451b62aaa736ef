"""Small recordings: most with a transcript of their own, some to be heard, one clicked."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

from pipeline.media.tool import find_ffmpeg
from tests.conftest import CATALOGUE, SAMPLE, SPEECH, format_srt

SHOWS = 6
CLICKS = "product_id,start,end\nP2,0:01,0:09\n"
SPOKEN = ((0, 15), (30, 20))
"""Stretches of the sample, start and length in seconds, that recognition has to hear."""


def make_corpus(folder: Path) -> Path:
    """Make the recordings and return their manifest."""
    folder.mkdir(parents=True)
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    rows = [{"id": f"show{n}", "media": f"show{n}.mp4", "transcript": f"show{n}.srt"}
            for n in range(SHOWS)]  # fmt: skip
    for number in range(SHOWS):
        _make_show(folder, number)
    (folder / "clicks.csv").write_text(CLICKS, encoding="utf-8")
    rows[0]["operator"] = "clicks.csv"
    for number, (start_s, length_s) in enumerate(SPOKEN):
        name = f"spoken{number}.mp4"
        cut = ("-ss", start_s, "-i", SAMPLE / "broadcast.mp4", "-t", length_s, "-c", "copy")
        _ffmpeg(*cut, folder / name)
        rows.append({"id": f"spoken{number}", "media": name, "transcript": ""})
    manifest = folder / "tonight.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "media", "transcript", "operator"])
        writer.writeheader()
        writer.writerows(rows)
    return manifest


def _make_show(folder: Path, number: int) -> None:
    first, *rest = SPEECH
    speech = ((first[0], first[1], f"{first[2]} {number}"), *rest)
    (folder / f"show{number}.srt").write_text(format_srt(speech), encoding="utf-8")
    picture = f"testsrc2=s=144x256:r=10,noise=alls={10 + number}:allf=t"
    sources = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=f={300 + 40 * number}")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    _ffmpeg(*sources, "-t", 41, *codecs, folder / f"show{number}.mp4")


def _ffmpeg(*arguments: object) -> None:
    command = [find_ffmpeg().path, "-nostdin", "-v", "error", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)
