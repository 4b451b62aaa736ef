"""The options that say what the replay is to be like, shared by `index` and `batch`."""

from __future__ import annotations

import click

from pipeline.cli.parameters import QUALITY, together

EXTRA_CODECS = ("av1", "hevc")
MACHINES = ("cpu", "nvenc")
PACKAGES = ("mp4", "hls")

_OPTIONS = (
    click.option(
        "--transcode/--no-transcode",
        default=True,
        show_default=True,
        help="Make a small replay.",
    ),
    click.option(
        "--quality",
        type=QUALITY,
        metavar="NAME|POINTS",
        default="standard",
        show_default=True,
        help="What the replay aims at: small, standard, high, or points of VMAF (NEG), 40 to 99.",
    ),
    click.option(
        "--also",
        type=click.Choice(EXTRA_CODECS),
        multiple=True,
        help="Encode in this codec too, besides H.264; may be given again.",
    ),
    click.option(
        "--encode-on",
        type=click.Choice(MACHINES),
        default="cpu",
        show_default=True,
        help="nvenc = on an NVIDIA card: faster, for more bits.",
    ),
    click.option(
        "--package",
        type=click.Choice(PACKAGES),
        default="mp4",
        show_default=True,
        help="hls = playlists and pieces too, for players that stream.",
    ),
)


replay_options = together(_OPTIONS)
"""Gives a command the options of `JobSettings` that concern the replay."""
