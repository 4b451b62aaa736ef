"""How fast each stage is, by our own measurements where there are any."""

from __future__ import annotations

from tests.bench.simulate.day import HOUR_S, Stage

GB_PER_HOUR = 0.9
"""Of a recording at 2 Mb/s."""
SOUND_SPEED = 190
"""Times real time on one core: demuxing, and decoding to 16 kHz (one-time measurement)."""
BASE_SPEED = 900 / 120
"""whisper base int8, beam 5, one thread: 15 minutes of speech in 120 s (ARCHITECTURE, Hearing)."""
GPU_SPEED = 60
"""whisper large on a GPU: the middle of published figures (46 to 92); not measured by us."""
ENCODE_FPS = 63 / 1.05
"""720p by one core: x264 veryfast 63 frames/s on one clip, our profile takes 1.05 times its CPU
(`make bench-encode`)."""
FPS = 25
SEARCH_SHARE = 0.038
"""Of the encode, for an hour (ARCHITECTURE, Small replays)."""
DECODE_FPS = 540
"""720p by one core: what verification decodes (one-time measurement)."""
DETECT_SHORT_S, DETECT_LONG_S = 0.0086 * 600, 0.0011 * 4 * HOUR_S
"""For 10 minutes and for 4 hours, 1,000 products (README); a line through both."""
PICTURES_S = 2 / 240 * HOUR_S
"""Two seconds for the four minutes of the sample (ARCHITECTURE, What it costs)."""

_READ_S = GB_PER_HOUR + HOUR_S / SOUND_SPEED
_ENCODE_S = HOUR_S * FPS / ENCODE_FPS * (1 + SEARCH_SHARE) + HOUR_S * FPS / DECODE_FPS

READ = Stage("read, hash, sound", _READ_S, 1, "1 s a GB; 190 times real time")
HEAR = Stage("transcribe", HOUR_S / BASE_SPEED, 8, "whisper base, 7.5 times real time a core")
HEAR_GPU = Stage("transcribe (GPU)", HOUR_S / GPU_SPEED, 1, "whisper large, 60 times: published")
_DETECT_S = (DETECT_LONG_S - DETECT_SHORT_S) / (4 - 1 / 6)
DETECT = Stage(
    "detect", _DETECT_S, 1, "5 s for 10 min, 16 s for 4 h", DETECT_SHORT_S - _DETECT_S / 6
)
ENCODE = Stage("search, encode, verify", _ENCODE_S, 16, "60 frames/s a core at 720p25")
PICTURES = Stage("pictures", PICTURES_S, 1, "2 s for 4 minutes")

ON_CPU = (READ, HEAR, DETECT, ENCODE, PICTURES)
WITH_GPU = (READ, HEAR_GPU, DETECT, ENCODE, PICTURES)
INDEX_ONLY = (READ, HEAR, DETECT)
"""For those whose replays are copied, or encoded later in the night."""
