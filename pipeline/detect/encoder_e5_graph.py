"""Write multilingual-e5-small as an ONNX graph that multiplies in whole numbers.

An ONNX file is a Protocol Buffers message; the few fields that a graph needs are written here
(https://onnx.ai/onnx/repo-docs/IR.html), so that no package is needed for it.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.encoder_e5_file import LAYERS, WIDTH, PackedModel

INNER_WIDTH = 1536
HEADS = 12
NORM_EPSILON = 1e-12
"""Added to variances; these four are the model's own."""
WEIGHT_LEVELS = 63
"""Weights are whole numbers of -63..63. With activations of 0..255 no pair of products exceeds 16
bits, which processors without VNNI add up in: the sums are exact, and the same, everywhere."""
ACTIVATION_LEVELS = 127
ZERO = 128
"""What stands for 0.0 among activations."""
MICROSOFT = "com.microsoft"
"""The domain of the operators that only onnxruntime has."""

_ELEMENT_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
_ONNX_IR, _ONNX_OPERATORS = 9, 18
_LAST_AXIS = 2**64 - 1
"""-1 as a Protocol Buffers integer."""


def write_graph(model: PackedModel) -> bytes:
    """Return an ONNX model: embeddings (1, tokens, 384) "in", hidden states of that shape "out"."""
    graph = _Graph(model)
    states = graph.norm("in", "emb.ln")
    for layer in range(LAYERS):
        states = graph.attend(states, f"l{layer}.")
        states = graph.think(states, f"l{layer}.")
    return graph.serialise(states)


class _Graph:
    """Nodes and constants so far; every method returns the name of its result."""

    def __init__(self, model: PackedModel) -> None:
        self._model = model
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self.constant("zero", np.array(ZERO, np.uint8))
        self.constant("no_offset", np.array(0, np.int8))
        self.constant("one", np.array(1.0, np.float32))
        self.constant("level", np.array(1.0 / ACTIVATION_LEVELS, np.float32))
        self.constant("last_axis", np.array([-1], np.int64))
        self.constant("thirds", np.array([WIDTH] * 3, np.int64))

    def attend(self, states: str, layer: str) -> str:
        """Let every token look at the others."""
        q, k, v = (f"{layer}{part}" for part in "qkv")
        joined = self.linear(states, layer + "qkv", (q, k, v), outputs=WIDTH)
        self._node("Split", [joined, "thirds"], [q, k, v], axis=_LAST_AXIS)
        seen = self.add("MultiHeadAttention", [q, k, v], layer + "seen", MICROSOFT, num_heads=HEADS)
        out = self.linear(seen, layer + "attended", (layer + "ao",), outputs=WIDTH)
        return self.norm(self.add("Add", [out, states], layer + "with_seen"), layer + "aln")

    def think(self, states: str, layer: str) -> str:
        """Pass every token through the inner layer."""
        wide = self.linear(states, layer + "wide", (layer + "fi",), outputs=INNER_WIDTH)
        bent = self.add("Gelu", [wide], layer + "bent", MICROSOFT)
        out = self.linear(bent, layer + "narrow", (layer + "fo",), outputs=WIDTH)
        return self.norm(self.add("Add", [out, states], layer + "with_thought"), layer + "oln")

    def linear(self, states: str, name: str, sources: tuple[str, ...], *, outputs: int) -> str:
        """Multiply by matrices side by side, and add their biases.

        Every token's numbers are scaled by their largest, every output's weights by theirs; a
        token's result so depends on nothing but its own numbers.
        """
        weights = np.concatenate([self._model.matrix(s + ".w", outputs=outputs) for s in sources])
        scales = np.abs(weights).max(axis=1, keepdims=True) / WEIGHT_LEVELS
        codes = np.rint(weights / scales).astype(np.int8).T
        bias = np.concatenate([self._model.floats(s + ".b") for s in sources])
        size = self.add("Abs", [states], name + ".size")
        largest = self.add("ReduceMax", [size, "last_axis"], name + ".largest", keepdims=1)
        share = self.add("Div", [states, largest], name + ".share")
        coded = self.add("QuantizeLinear", [share, "level", "zero"], name + ".coded")
        matrix = self.constant(name + ".weights", codes)
        scale = self.constant(name + ".scales", scales.ravel() / np.float32(ACTIVATION_LEVELS))
        factors = [coded, matrix, "one", scale, "zero", "no_offset"]
        product = self.add("MatMulIntegerToFloat", factors, name + ".product", MICROSOFT)
        scaled = self.add("Mul", [product, largest], name + ".scaled")
        return self.add("Add", [scaled, self.constant(name + ".bias", bias)], name)

    def norm(self, states: str, source: str) -> str:
        """Bring every token to mean 0 and variance 1, then to what the model has learnt."""
        learnt = [self.constant(name, self._model.floats(name)) for name in _learnt(source)]
        return self.add(
            "LayerNormalization",
            [states, *learnt],
            source,
            axis=_LAST_AXIS,
            epsilon=NORM_EPSILON,
        )

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Add a constant."""
        shape = b"".join(_field(1, size) for size in values.shape)
        kind = _field(2, _ELEMENT_TYPES[values.dtype.name])
        self._constants.append(shape + kind + _field(8, name) + _field(9, values.tobytes()))
        return name

    def add(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        domain: str = "",
        **attributes: float,
    ) -> str:
        """Add a node with one result."""
        self._node(operator, inputs, [output], domain, **attributes)
        return output

    def _node(
        self,
        operator: str,
        inputs: list[str],
        outputs: list[str],
        domain: str = "",
        **attributes: float,
    ) -> None:
        names = [_field(1, name) for name in inputs] + [_field(2, name) for name in outputs]
        extras = [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        kind = _field(4, operator) + _field(7, domain)
        self._nodes.append(b"".join(names + extras) + kind)

    def serialise(self, output: str) -> bytes:
        """Return the model as a message."""
        parts = [_field(1, node) for node in self._nodes]
        parts += [_field(2, "e5")]
        parts += [_field(5, constant) for constant in self._constants]
        parts += [_field(11, _value("in")), _field(12, _value(output))]
        sets = _field(8, _field(1, "") + _field(2, _ONNX_OPERATORS))
        sets += _field(8, _field(1, MICROSOFT) + _field(2, 1))
        return _field(1, _ONNX_IR) + _field(7, b"".join(parts)) + sets


def _learnt(source: str) -> tuple[str, str]:
    return f"{source}.w", f"{source}.b"


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, 2)
    return _field(1, name) + _field(2, value) + _field(20, 1)


def _value(name: str) -> bytes:
    sizes = (_field(1, 1), _field(2, "tokens"), _field(1, WIDTH))
    shape = b"".join(_field(1, size) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))


def _field(number: int, value: float | str | bytes) -> bytes:
    """Write one field of a message: a varint, a float32, or bytes with their length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes((*digits, value))
