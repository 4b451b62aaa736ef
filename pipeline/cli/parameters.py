"""Kinds of option values that only Kandian has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from models.errors import InputError
from models.recording import check_recording_id, parse_started_at
from models.remote import RemoteUrl, parse_remote_url
from models.span import parse_clock

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|h)?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
AGE = re.compile(r"([0-9]{1,5})([hdw])")
AGE_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

_Command = TypeVar("_Command", bound=Callable[..., Any])


def together(options: Sequence[Callable[[_Command], _Command]]) -> Callable[[_Command], _Command]:
    """Return one decorator that gives a command several options, in their order in the help."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


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


class DurationType(click.ParamType[float]):
    """A length of time, such as 30s or 2m; the value is seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the text."""
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no length of time such as 30s or 2m", param, ctx)
        return float(found["number"]) * _SECONDS[found["unit"] or "s"]


class RecordingIdType(click.ParamType[str]):
    """A name for a recording that is safe as a folder and in a URL."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        try:
            return check_recording_id(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


class AgeType(click.ParamType[timedelta]):
    """A length of time such as 12h, 90d or 8w."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read the text."""
        if isinstance(value, timedelta):
            return value
        match = AGE.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is no age such as 12h, 90d or 8w", param, ctx)
        return int(match[1]) * AGE_UNITS[match[2]]


class QualityType(click.ParamType[float]):
    """What a replay aims at, such as `standard` or 86."""

    name = "quality"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the text."""
        from pipeline.media.encoding import read_quality

        try:
            return read_quality(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


class MediaType(click.ParamType[Path | RemoteUrl]):
    """Media on this machine or in an object storage."""

    name = "path"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | RemoteUrl:
        """Tell one from the other."""
        if isinstance(value, Path | RemoteUrl):
            return value
        text = os.fsdecode(value)
        try:
            return parse_remote_url(text) or Path(text)
        except InputError as error:
            self.fail(str(error), param, ctx)


class WorkspaceType(click.Path):
    """A folder on this machine, or an address in an object storage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Tell one from the other."""
        if isinstance(value, RemoteUrl):
            return value
        try:
            url = parse_remote_url(os.fsdecode(value))
        except InputError as error:
            self.fail(str(error), param, ctx)
        return url or super().convert(value, param, ctx)


class RemoteUrlType(click.ParamType[RemoteUrl]):
    """A place in an object storage."""

    name = "url"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> RemoteUrl:
        """Read the text."""
        if isinstance(value, RemoteUrl):
            return value
        try:
            url = parse_remote_url(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)
        if url is None:
            self.fail(f"{value} is no address; write s3://BUCKET/NAME", param, ctx)
        return url


WORKSPACE = WorkspaceType(path_type=Path, file_okay=False)
MEDIA = MediaType()
REMOTE_URL = RemoteUrlType()
QUALITY = QualityType()
CLOCK = ClockType()
MOMENT = MomentType()
DURATION = DurationType()
RECORDING_ID = RecordingIdType()
AGE_TYPE = AgeType()
