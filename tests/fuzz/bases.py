"""Whole inputs that the fuzz run damages: a short show in every container, and its texts."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline.media.tool import find_ffmpeg

SECONDS = 6
SAID = ("大家好，先看一号链接", "羊毛围巾很软，一百二十九", "接下来二号链接", "铸铁炒锅不粘")
CATALOGUE = (
    "id,title,brand,aliases,category,price,link_no\n"
    "P1,北岭羊毛围巾 灰色,北岭,羊毛围巾|灰围巾,服饰,129.00,1\n"
    "P2,铸铁炒锅 无涂层 32cm,灶台边,铸铁炒锅|炒锅,厨具,259.00,2\n"
    'P3,"桂花乌龙茶包, 15 包",山雀,桂花乌龙|乌龙茶包,茶叶,39.90,3\n'
)
CONTAINERS: dict[str, tuple[str, ...]] = {
    "plain.mp4": (),
    "faststart.mp4": ("-movflags", "+faststart"),
    "fragmented.mp4": ("-movflags", "+frag_keyframe+empty_moov"),
    "show.mkv": (),
    "show.flv": (),
    "show.ts": (),
    "sound.m4a": ("-vn",),
}
PICTURES = {
    "encoded": ("testsrc2=s=160x284:r=10,noise=alls=12:allf=t+u", "18"),
    "copied": ("testsrc=s=320x568:r=5,format=yuv420p", "42"),
}
UNPROMISED = frozenset({"fragmented.mp4", "show.ts"})
"""Containers that state no length: a cut between two of their pieces leaves a whole file."""


@dataclass(frozen=True, slots=True)
class Base:
    """One whole input."""

    name: str
    """What kind of picture and container, or of text, it is."""
    path: Path
    role: str
    """media, transcript or catalogue"""


def make_bases(folder: Path) -> tuple[Base, ...]:
    """Make every whole input; the same bytes in every run with one build of ffmpeg."""
    return (*_make_media(folder), *_make_texts(folder))


def _make_media(folder: Path) -> list[Base]:
    made = []
    for kind, (picture, crf) in PICTURES.items():
        (folder / kind).mkdir()
        whole = folder / kind / "whole.mkv"
        length = ("-t", str(SECONDS), "-f", "lavfi", "-i")
        _ffmpeg(
            *length, picture, *length, "sine", "-c:v", "libx264", "-preset", "ultrafast", "-crf",
            crf, "-g", "10", "-bf", "0", "-c:a", "aac", "-b:a", "64k", whole,
        )  # fmt: skip
        for name, options in CONTAINERS.items():
            path = folder / kind / name
            _ffmpeg("-i", whole, "-c", "copy", *options, path)
            made.append(Base(f"{kind} {name}", path, "media"))
    return made


def _make_texts(folder: Path) -> list[Base]:
    texts = {
        ("said.srt", "transcript"): format_srt(),
        ("said.vtt", "transcript"): "WEBVTT\n\n" + format_srt().replace(",", "."),
        ("whisper.json", "transcript"): json.dumps(
            {
                "language": "zh",
                "segments": [
                    {"start": at, "end": at + 1, "text": text} for at, text in enumerate(SAID)
                ],
            },
            ensure_ascii=False,
        ),
        ("funasr.json", "transcript"): json.dumps(
            [
                {
                    "text": "".join(SAID),
                    "sentence_info": [
                        {"text": text, "start": at * 1000, "end": at * 1000 + 900}
                        for at, text in enumerate(SAID)
                    ],
                }
            ],
            ensure_ascii=False,
        ),
        ("shop.csv", "catalogue"): CATALOGUE,
        ("shop.json", "catalogue"): json.dumps(
            [
                {"id": f"P{number}", "title": text, "price": "9.90", "link_no": number}
                for number, text in enumerate(SAID, 1)
            ],
            ensure_ascii=False,
        ),
    }
    made = []
    for (name, role), text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        made.append(Base(name, path, role))
    return made


def format_srt() -> str:
    """Write what is said, a second each."""
    return "\n".join(
        f"{at + 1}\n00:00:0{at},000 --> 00:00:0{at},900\n{text}\n" for at, text in enumerate(SAID)
    )


def _ffmpeg(*arguments: str | Path) -> None:
    program = find_ffmpeg().path
    command = [program, "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", *arguments]
    subprocess.run(command, check=True)
