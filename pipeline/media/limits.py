"""What hostile input may make us do at most, and how the demuxers are fenced in."""

from __future__ import annotations

from models.span import MS_PER_HOUR

MAX_DURATION_MS = 48 * MS_PER_HOUR
"""Four times the longest broadcasts; a forged header may promise years."""

MAX_PIXELS = 8192 * 4320
"""One 8K picture; a forged header may ask for gigabytes a frame."""

ANALYSE_US = 30_000_000
ANALYSE_BYTES = 50_000_000
"""How far libav looks for the size of the picture; it stops as soon as it knows. By default 5 MB
and 5 s, less than a recording that joins a broadcast shows before its first whole picture."""

PROTOCOLS = "file,pipe"
"""A playlist or container may name other files; nothing may make us open the network."""

FILE_FORMATS = "mov,matroska,flv,mpegts,mpeg,avi,asf,wav,w64,mp3,aac,ac3,eac3,ogg,flac,aiff,amr,caf"
"""Containers of their own bytes only: no playlist, concat script or picture sequence among them."""

HLS_FORMATS = "hls,mpegts,mov,aac,mp3,ac3,eac3"
"""What a checked playlist may lead to."""
