"""Kinds of option values that only Kandian has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from models.errors import InputError
from models.recording import check_recording_id, parse_started_at
from models.span import parse_clock


class ClockType(click.ParamType[int]):
    """A moment of a recording, such as 1:23:45; the value is milliseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        try:
            return parse_clock(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


class MomentType(click.ParamType[datetime]):
    """A wall-clock time in ISO 8601."""

    name = "iso"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the text."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_started_at(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


class RecordingIdType(click.ParamType[str]):
    """A name for a recording that is safe as a folder and in a URL."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        try:
            return check_recording_id(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


CLOCK = ClockType()
MOMENT = MomentType()
RECORDING_ID = RecordingIdType()
