"""Moments and lengths as the targets spell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.span import MS_PER_SECOND


def format_clock_seconds(at_ms: int) -> str:
    """Write milliseconds as `HH:MM:SS`, rounded down.

    >>> format_clock_seconds(5_025_900)
    '01:23:45'
    """
    whole = at_ms // MS_PER_SECOND
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def format_short_clock(whole_s: int) -> str:
    """Write seconds as `M:SS`, or `H:MM:SS` from an hour on.

    >>> format_short_clock(61), format_short_clock(3661)
    ('1:01', '1:01:01')
    """
    minutes, rest = divmod(whole_s, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def format_decimal_seconds(duration_ms: int) -> str:
    """Write milliseconds as seconds with three decimals, without an exponent.

    >>> format_decimal_seconds(89_800)
    '89.800'
    """
    return f"{duration_ms // MS_PER_SECOND}.{duration_ms % MS_PER_SECOND:03d}"


def format_precise_moment(origin: datetime, *, after_ms: int) -> str:
    """Write the moment `after_ms` after an origin in UTC, with milliseconds and `Z`.

    The origin is rounded down to a millisecond first, so that differences are exact.
    """
    whole = origin.replace(microsecond=origin.microsecond // 1000 * 1000)
    utc = (whole + timedelta(milliseconds=after_ms)).astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
