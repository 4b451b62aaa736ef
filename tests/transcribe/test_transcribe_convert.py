from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from models.errors import ConfigError
from pipeline.transcribe.convert import convert_model, convert_weights, read_alignment_heads
from pipeline.transcribe.ctranslate2_file import CTranslate2Model, read_ctranslate2
from pipeline.transcribe.weights import Weights

TYPE_NUMBERS = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def format_model(variables: dict[str, np.ndarray], aliases: dict[str, str]) -> bytes:
    """Write the file format as CTranslate2's own writer lays it out."""
    content = struct.pack("<I", 6) + string("WhisperSpec") + struct.pack("<I", 3)
    content += struct.pack("<I", len(variables))
    for name, value in variables.items():
        content += string(name) + struct.pack("<B", value.ndim)
        content += b"".join(struct.pack("<I", size) for size in value.shape)
        content += struct.pack("<BI", TYPE_NUMBERS[value.dtype.name], value.nbytes)
        content += value.tobytes()
    content += struct.pack("<I", len(aliases))
    return content + b"".join(string(alias) + string(name) for alias, name in aliases.items())


VARIABLES = {
    "weight": np.arange(6, dtype=np.float16).reshape(2, 3),
    "scale": np.array([0.5], np.float32),
    "num_heads": np.array(8, np.int16),
    "packed": np.array([-1, 1], np.int8),
}


def test_a_model_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(format_model(VARIABLES, {"projection": "weight"}))
    model = read_ctranslate2(path)
    assert model.specification == "WhisperSpec"
    for name, value in (VARIABLES | {"projection": VARIABLES["weight"]}).items():
        assert model.variables[name].dtype == value.dtype
        np.testing.assert_array_equal(model.variables[name], value)


@pytest.mark.parametrize("kept", [0, 3, 20, 60, -1])
def test_a_truncated_model_file_is_refused(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(format_model(VARIABLES, {})[:kept])
    with pytest.raises(ConfigError, match="not a CTranslate2 model"):
        read_ctranslate2(path)


def test_only_whisper_is_converted() -> None:
    with pytest.raises(ConfigError, match="not a Whisper model"):
        convert_model(CTranslate2Model("TransformerSpec", {}))


def test_a_missing_tensor_is_named() -> None:
    with pytest.raises(ConfigError, match="encoder/conv1/weight"):
        convert_model(CTranslate2Model("WhisperSpec", {}))


@pytest.mark.weights
def test_quantised_weights_are_refused(base_weights: Weights) -> None:
    model = read_ctranslate2(base_weights.path / "model.bin")
    name = "encoder/conv1/weight"
    packed = {**model.variables, name: model.variables[name].astype(np.int8)}
    with pytest.raises(ConfigError, match="quantised"):
        convert_model(CTranslate2Model(model.specification, packed))


@pytest.mark.weights
def test_converted_tensors_are_exactly_those_that_the_library_expects(
    base_weights: Weights,
) -> None:
    from whisper.model import ModelDimensions, Whisper

    model = read_ctranslate2(base_weights.path / "model.bin")
    checkpoint = convert_model(model)
    sizes = checkpoint.dimensions
    expected = Whisper(ModelDimensions(*(getattr(sizes, n) for n in sizes.__slots__))).state_dict()
    assert {name: value.shape for name, value in checkpoint.tensors.items()} == {
        name: tuple(value.shape) for name, value in expected.items()
    }


@pytest.mark.weights
def test_conversion_loses_no_value(base_weights: Weights) -> None:
    model = read_ctranslate2(base_weights.path / "model.bin")
    tensors = convert_model(model).tensors
    fused = model.variables["decoder/layer_0/self_attention/linear_0/weight"]
    parts = [tensors[f"decoder.blocks.0.attn.{part}.weight"] for part in ("query", "key", "value")]
    np.testing.assert_array_equal(np.concatenate(parts), fused)


@pytest.mark.weights
def test_conversion_happens_once(base_weights: Weights, tmp_path: Path) -> None:
    path = convert_weights(base_weights, cache=tmp_path)
    changed_ns = path.stat().st_mtime_ns
    assert convert_weights(base_weights, cache=tmp_path) == path
    assert path.stat().st_mtime_ns == changed_ns
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.weights
def test_alignment_heads_lie_inside_the_network(base_weights: Weights) -> None:
    heads = read_alignment_heads(base_weights)
    assert heads
    assert all(0 <= layer < 6 and 0 <= head < 8 for layer, head in heads)
