"""Count the commonest syllables of a folder of text broadcasts, for `pipeline.language.latin`.

python -m pipeline.detect.train.count_syllables tests/detect/broadcasts
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.detect.train.corpus import Script, read_scripts
from pipeline.language.normalise import normalise
from pipeline.language.sound import sound_out

MOST = 80
"""Syllables that are told; rarer ones are as common as their characters are."""


def count_syllables(scripts: Sequence[Script]) -> Counter[str]:
    """Return how often every tone-less syllable is said in the Mandarin scripts."""
    return Counter(
        sound.plain
        for script in scripts
        if script.language == "zh"
        for line in script.lines
        for sound in sound_out(normalise(line.text).text)
        if not sound.is_word
    )


def format_shares(counts: Counter[str], most: int) -> str:
    """Write the commonest syllables with their shares in thousandths, the commonest first."""
    total = max(sum(counts.values()), 1)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return " ".join(f"{syllable}:{round(1000 * count / total)}" for syllable, count in ranked)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    counts = count_syllables(read_scripts(parser.parse_args().folder))
    sys.stdout.write(format_shares(counts, MOST) + "\n")


if __name__ == "__main__":
    main()
