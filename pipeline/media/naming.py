"""How messages name files and durations."""

from __future__ import annotations

from pathlib import Path

from models.span import MS_PER_MINUTE, MS_PER_SECOND, format_clock


def spell(path: Path) -> str:
    r"""Return the last part of a path with everything that is not printable escaped.

    >>> spell(Path("videos/tonight\n.mp4"))
    'tonight\\n.mp4'
    """
    name = path.name or str(path)
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in name
    )


def spell_duration(duration_ms: int) -> str:
    """Write a duration as people say it: seconds when short, a clock otherwise.

    >>> spell_duration(2_690)
    '2.7 s'
    >>> spell_duration(5_025_900)
    '1:23:45'
    """
    if duration_ms < MS_PER_MINUTE:
        return f"{duration_ms / MS_PER_SECOND:.1f} s"
    return format_clock(duration_ms)
