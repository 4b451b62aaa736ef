"""Read CTranslate2's `model.bin`, for conversion to other engines' formats.

The format, from CTranslate2's own writer (`ctranslate2.specs.model_spec`), all little-endian:

    u32 version | string spec name | u32 spec revision
    u32 count, then per variable:  string name | u8 rank | u32 dims... | u8 type | u32 bytes | data
    u32 count, then per alias:     string alias | string variable name

A string is a u16 length that counts a closing NUL, then the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError

Tensor = npt.NDArray[Any]

_BINARY_VERSION = 6
"""The version that current CTranslate2 writes; the layout above is stable since 4."""
_TYPES: Mapping[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("i1"),
    2: np.dtype("<i2"),
    3: np.dtype("<i4"),
    4: np.dtype("<f2"),
}
"""Data types by number; 5 is bfloat16, which numpy does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class CTranslate2Model:
    """The variables of a model, by name; aliases are resolved."""

    specification: str
    variables: Mapping[str, Tensor]


def read_ctranslate2(path: Path) -> CTranslate2Model:
    """Read a whole model into memory.

    Raises:
        ConfigError: when the file cannot be read or is not in this format.
    """
    try:
        with path.open("rb") as file:
            return _read_model(file)
    except (OSError, struct.error, ValueError, KeyError) as error:
        raise ConfigError(f"{path} is not a CTranslate2 model that can be read: {error}") from error


def _read_model(file: BinaryIO) -> CTranslate2Model:
    version = _integer(file, "<I")
    if not 4 <= version <= _BINARY_VERSION:
        raise ValueError(f"format version {version} is not known")
    specification = _string(file)
    _integer(file, "<I")
    variables = dict(_variable(file) for _ in range(_integer(file, "<I")))
    for _ in range(_integer(file, "<I")):
        alias, name = _string(file), _string(file)
        variables[alias] = variables[name]
    return CTranslate2Model(specification, variables)


def _variable(file: BinaryIO) -> tuple[str, Tensor]:
    name = _string(file)
    shape = [_integer(file, "<I") for _ in range(_integer(file, "<B"))]
    kind = _TYPES[_integer(file, "<B")]
    content = _exactly(file, _integer(file, "<I"))
    return name, np.frombuffer(content, dtype=kind).reshape(shape)


def _string(file: BinaryIO) -> str:
    return _exactly(file, _integer(file, "<H")).rstrip(b"\0").decode()


def _integer(file: BinaryIO, form: str) -> int:
    (number,) = struct.unpack(form, _exactly(file, struct.calcsize(form)))
    return int(number)


def _exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise ValueError("it ends too early")
    return content
