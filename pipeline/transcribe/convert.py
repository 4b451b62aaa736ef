"""Convert Whisper weights from CTranslate2's format to the checkpoint that openai-whisper reads.

Both hold the same tensors under other names. CTranslate2 joins the query, key and value
projections of attention into one matrix, and gives the key a bias, which Whisper has not: zeros.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.errors import ConfigError
from pipeline.transcribe.ctranslate2_file import CTranslate2Model, Tensor, read_ctranslate2
from pipeline.transcribe.disk import explain_write_failure
from pipeline.transcribe.weights import MODEL_FILE, Weights, cache_folder

CONVERSION_VERSION = 1
"""Part of the cached file's name: raise when the conversion changes."""

_LAYER_NORM = {"gamma": "weight", "beta": "bias"}


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Sizes of a Whisper network, by openai-whisper's names."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What openai-whisper loads: sizes, and tensors by its own names."""

    dimensions: Dimensions
    tensors: Mapping[str, Tensor]


def convert_model(model: CTranslate2Model) -> Checkpoint:
    """Rename and split a Whisper model's tensors; no value changes.

    Raises:
        ConfigError: when it is no Whisper model in 16 or 32 bit floats, or a tensor is missing.
    """
    if model.specification != "WhisperSpec":
        raise ConfigError(f"this is a {model.specification}, not a Whisper model")
    try:
        tensors = dict(_iter_tensors(model.variables))
        return Checkpoint(_measure(model.variables), tensors)
    except KeyError as error:
        raise ConfigError(f"the Whisper weights lack the tensor {error}") from error


def convert_weights(weights: Weights, *, cache: Path | None = None) -> Path:
    """Return the path of the converted checkpoint, made once per weights and kept in the cache.

    Raises:
        ConfigError: when the weights cannot be converted, or the cache cannot be written to.
    """
    import torch

    folder = cache_folder(cache) / "converted"
    path = folder / f"{weights.sha256}-{CONVERSION_VERSION}.pt"
    if path.is_file():
        return path
    checkpoint = convert_model(read_ctranslate2(weights.path / MODEL_FILE))
    content = {
        "dims": asdict(checkpoint.dimensions),
        "model_state_dict": {
            name: torch.from_numpy(tensor.copy()) for name, tensor in checkpoint.tensors.items()
        },
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                torch.save(content, file)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise explain_write_failure(error, folder, "the converted weights") from error
    except RuntimeError as error:
        raise ConfigError(f"the converted weights cannot be kept in {folder}: {error}") from error
    return path


def read_alignment_heads(weights: Weights) -> tuple[tuple[int, int], ...]:
    """Return the (layer, head) pairs whose attention tells word times; empty when unknown."""
    try:
        config = json.loads((weights.path / "config.json").read_text("utf-8"))
        return tuple((int(layer), int(head)) for layer, head in config.get("alignment_heads") or ())
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{weights.path / 'config.json'} cannot be read: {error}") from error


def _measure(variables: Mapping[str, Tensor]) -> Dimensions:
    state, mels, _ = variables["encoder/conv1/weight"].shape
    vocabulary, text_state = variables["decoder/embeddings/weight"].shape
    return Dimensions(
        n_mels=mels,
        n_audio_ctx=len(variables["encoder/position_encodings/encodings"]),
        n_audio_state=state,
        n_audio_head=int(variables["encoder/num_heads"]),
        n_audio_layer=_count_layers(variables, "encoder"),
        n_vocab=vocabulary,
        n_text_ctx=len(variables["decoder/position_encodings/encodings"]),
        n_text_state=text_state,
        n_text_head=int(variables["decoder/num_heads"]),
        n_text_layer=_count_layers(variables, "decoder"),
    )


def _count_layers(variables: Mapping[str, Tensor], side: str) -> int:
    return sum(
        name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/weight")
        for name in variables
    )


def _iter_tensors(variables: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            yield f"encoder.{conv}.{part}", _real(variables, f"encoder/{conv}/{part}")
    yield "decoder.token_embedding.weight", _real(variables, "decoder/embeddings/weight")
    for side, norm in (("encoder", "ln_post"), ("decoder", "ln")):
        positions = _real(variables, f"{side}/position_encodings/encodings")
        yield f"{side}.positional_embedding", positions
        yield from _iter_norm(variables, f"{side}/layer_norm", f"{side}.{norm}")
        for layer in range(_count_layers(variables, side)):
            yield from _iter_block(variables, f"{side}/layer_{layer}", f"{side}.blocks.{layer}")


def _iter_block(
    variables: Mapping[str, Tensor], source: str, target: str
) -> Iterator[tuple[str, Tensor]]:
    attention = f"{source}/self_attention"
    yield from _iter_fused(variables, f"{attention}/linear_0", f"{target}.attn", "query key value")
    yield from _iter_linear(variables, f"{attention}/linear_1", f"{target}.attn.out")
    yield from _iter_norm(variables, f"{attention}/layer_norm", f"{target}.attn_ln")
    if target.startswith("decoder"):
        crossed = f"{source}/attention"
        into = f"{target}.cross_attn"
        yield from _iter_linear(variables, f"{crossed}/linear_0", f"{into}.query")
        yield from _iter_fused(variables, f"{crossed}/linear_1", into, "key value")
        yield from _iter_linear(variables, f"{crossed}/linear_2", f"{into}.out")
        yield from _iter_norm(variables, f"{crossed}/layer_norm", f"{into}_ln")
    yield from _iter_linear(variables, f"{source}/ffn/linear_0", f"{target}.mlp.0")
    yield from _iter_linear(variables, f"{source}/ffn/linear_1", f"{target}.mlp.2")
    yield from _iter_norm(variables, f"{source}/ffn/layer_norm", f"{target}.mlp_ln")


def _iter_linear(
    variables: Mapping[str, Tensor], source: str, target: str
) -> Iterator[tuple[str, Tensor]]:
    for part in ("weight", "bias"):
        yield f"{target}.{part}", _real(variables, f"{source}/{part}")


def _iter_norm(
    variables: Mapping[str, Tensor], source: str, target: str
) -> Iterator[tuple[str, Tensor]]:
    for theirs, ours in _LAYER_NORM.items():
        yield f"{target}.{ours}", _real(variables, f"{source}/{theirs}")


def _iter_fused(
    variables: Mapping[str, Tensor], source: str, target: str, parts: str
) -> Iterator[tuple[str, Tensor]]:
    """Split a joined projection along its rows into the parts it was joined from."""
    names = parts.split()
    weights = np.split(_real(variables, f"{source}/weight"), len(names))
    biases = np.split(_real(variables, f"{source}/bias"), len(names))
    for name, weight, bias in zip(names, weights, biases, strict=True):
        yield f"{target}.{name}.weight", weight
        if name != "key":
            yield f"{target}.{name}.bias", bias
        elif np.any(bias):
            raise ConfigError(f"{source} has a key bias; no Whisper has one")


def _real(variables: Mapping[str, Tensor], name: str) -> Tensor:
    tensor = variables[name]
    if tensor.dtype.kind != "f":
        raise ConfigError(
            f"the tensor {name} is quantised ({tensor.dtype}); openai-whisper needs the weights "
            "in 16 or 32 bit floats"
        )
    return tensor
