"""The encoder as an ONNX graph, laid out for ONNX Runtime on a CPU.

* **Packed.**  The tokens of a batch lie one text after the other, without padding; only attention
  lays them out as texts x longest text.
* **Int8 with one scale a token.**  Each row of activations is rounded by its own largest value,
  never by that of its batch, so a text's embedding does not depend on the texts beside it.
* **4 bits for words.**  The table of words, most of the file, is stored in 4-bit blocks and read
  from them row by row.
* `Add` and `LayerNormalization` instead of `SkipLayerNormalization`, which runs several times
  slower on CPUs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.export.quantisation import (
    BLOCK,
    Floats,
    pack_nibbles,
    quantise_blocks,
    row_codes,
    row_scales,
)

ONNX_OPSET: Final = 21
MICROSOFT: Final = "com.microsoft"
ZERO_POINT: Final = 128  # of activations in unsigned bytes

Weights = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class BertShape:
    """What a BERT encoder's graph needs to know besides the weights.

    first_place: the row of the table of positions that a text's first token has.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    max_tokens: int
    first_place: int = 0


class GraphBuilder:
    """Collects nodes and constants; the names are made here."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        """A constant tensor, kept once per name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def nibbles(self, name: str, codes: NDArray[np.int8], shape: Sequence[int]) -> str:
        """A constant INT4 tensor."""
        self._constants[name] = helper.make_tensor(
            name, TensorProto.INT4, list(shape), pack_nibbles(codes), raw=True
        )
        return name

    def apply(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes are of many types
        """Add a node with one output, and return the output's name."""
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output

    def model(self, inputs: Sequence[onnx.ValueInfoProto], result: str, width: int) -> Any:  # noqa: ANN401 - onnx is untyped here
        """The finished model; its output is named `tokens`, float32, shape (tokens, width)."""
        self._nodes.append(helper.make_node("Identity", [result], ["tokens"]))
        output = helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["tokens", width])
        graph = helper.make_graph(
            self._nodes, "encoder", list(inputs), [output], list(self._constants.values())
        )
        opsets = [helper.make_opsetid("", ONNX_OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=10, producer_name="groundswell"
        )


def encoder_model(weights: Weights, shape: BertShape) -> Any:  # noqa: ANN401 - onnx is untyped here
    """The ONNX model of a BERT encoder whose weights bear Hugging Face's names.

    Inputs, for texts b of longest length s, t tokens in all: `input_ids` int64 (t,),
    `position_ids` int64 (t,), `pad_index` int64 (b, s) with the row of each text's tokens,
    `unpad_index` int64 (t,) with the place of each row in (b x s), `lengths` int32 (b,).
    Output: `tokens` float32 (t, hidden), the last layer.
    """
    return _Encoder(weights, shape).model()


class _Encoder:
    def __init__(self, weights: Weights, shape: BertShape) -> None:
        self._weights = weights
        self._shape = shape
        self._graph = GraphBuilder()

    def model(self) -> Any:  # noqa: ANN401 - onnx is untyped here
        inputs = [
            helper.make_tensor_value_info(name, kind, list(axes))
            for name, kind, axes in (
                ("input_ids", TensorProto.INT64, ("tokens",)),
                ("position_ids", TensorProto.INT64, ("tokens",)),
                ("pad_index", TensorProto.INT64, ("texts", "longest")),
                ("unpad_index", TensorProto.INT64, ("tokens",)),
                ("lengths", TensorProto.INT32, ("texts",)),
            )
        ]
        hidden = self._embeddings()
        thirds = self._thirds()
        for layer in range(self._shape.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, thirds)
        return self._graph.model(inputs, hidden, self._shape.hidden)

    def _embeddings(self) -> str:
        graph, weights = self._graph, self._weights
        packed = quantise_blocks(weights["embeddings.word_embeddings.weight"])
        words = graph.apply(
            "GatherBlockQuantized",
            graph.nibbles("words.codes", packed.codes, packed.codes.shape),
            "input_ids",
            graph.constant("words.scales", packed.scales),
            domain=MICROSOFT,
            bits=4,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        first = self._shape.first_place
        places = weights["embeddings.position_embeddings.weight"][first:][: self._shape.max_tokens]
        kinds = weights["embeddings.token_type_embeddings.weight"][0]
        at = graph.apply("Gather", graph.constant("positions", places + kinds), "position_ids")
        summed = graph.apply("Add", graph.apply("Cast", words, to=TensorProto.FLOAT), at)
        return self._normalise(summed, "embeddings.LayerNorm.")

    def _thirds(self) -> tuple[str, str, str]:
        """Row numbers of the queries, keys and values in the joined projection, by text."""
        graph = self._graph
        first = graph.apply("Mul", "pad_index", graph.constant("three", np.int64(3)))
        second = graph.apply("Add", first, graph.constant("one_row", np.int64(1)))
        third = graph.apply("Add", first, graph.constant("two_rows", np.int64(2)))
        return first, second, third

    def _layer(self, prefix: str, hidden: str, thirds: tuple[str, str, str]) -> str:
        graph, weights = self._graph, self._weights
        attended = self._attention(prefix + "attention.", hidden, thirds)
        hidden = self._residual(prefix + "attention.output.", attended, hidden)
        inner = self._product(
            prefix + "intermediate", weights[prefix + "intermediate.dense.weight"], hidden
        )
        bias = graph.constant(
            prefix + "intermediate.bias", weights[prefix + "intermediate.dense.bias"]
        )
        inner = graph.apply("FastGelu", inner, bias, domain=MICROSOFT)
        return self._residual(prefix + "output.", inner, hidden)

    def _attention(self, prefix: str, hidden: str, thirds: tuple[str, str, str]) -> str:
        graph, weights, shape = self._graph, self._weights, self._shape
        names = [f"{prefix}self.{name}" for name in ("query", "key", "value")]
        joined = np.concatenate([weights[name + ".weight"] for name in names])
        bias = np.concatenate([weights[name + ".bias"] for name in names])
        rows = graph.constant("rows", np.array([-1, shape.hidden], np.int64))
        projected = graph.apply("Reshape", self._product(prefix + "self", joined, hidden), rows)
        attended = graph.apply(
            "MultiHeadAttention",
            *(graph.apply("Gather", projected, third) for third in thirds),
            graph.constant(prefix + "bias", bias),
            "lengths",
            domain=MICROSOFT,
            num_heads=shape.heads,
        )
        return graph.apply("Gather", graph.apply("Reshape", attended, rows), "unpad_index")

    def _residual(self, prefix: str, change: str, hidden: str) -> str:
        """A dense layer on `change`, added to `hidden` and normalised."""
        graph, weights = self._graph, self._weights
        dense = self._product(prefix + "dense", weights[prefix + "dense.weight"], change)
        bias = graph.constant(prefix + "dense.bias", weights[prefix + "dense.bias"])
        summed = graph.apply("Add", graph.apply("Add", dense, bias), hidden)
        return self._normalise(summed, prefix + "LayerNorm.")

    def _normalise(self, hidden: str, prefix: str) -> str:
        scale = self._graph.constant(prefix + "weight", self._weights[prefix + "weight"])
        bias = self._graph.constant(prefix + "bias", self._weights[prefix + "bias"])
        return self._graph.apply(
            "LayerNormalization", hidden, scale, bias, axis=-1, epsilon=self._shape.epsilon
        )

    def _product(self, name: str, matrix: Floats, rows: str) -> str:
        """Rows times the matrix (outputs, inputs), both in int8."""
        graph = self._graph
        codes, scales = self._rounded(rows)
        steps = row_scales(matrix)
        product = graph.apply(
            "MatMulIntegerToFloat",
            codes,
            graph.constant(name + ".codes", row_codes(matrix, steps).T),
            graph.constant("unit", np.float32(1)),
            graph.constant(name + ".steps", steps),
            graph.constant("zero_point", np.uint8(ZERO_POINT)),
            domain=MICROSOFT,
        )
        return graph.apply("Mul", product, scales)

    def _rounded(self, rows: str) -> tuple[str, str]:
        """The rows in unsigned bytes around 128, and the scale of each row, shape (tokens, 1)."""
        graph = self._graph
        last = graph.constant("last_axis", np.array([-1], np.int64))
        largest = graph.apply("ReduceMax", graph.apply("Abs", rows), last, keepdims=0)
        step = graph.apply("Mul", largest, graph.constant("step", np.float32(1 / 127)))
        # A row of zeros has no scale: without a least one it would become NaN.
        step = graph.apply("Max", step, graph.constant("least_step", np.float32(1e-8)))
        zero_point = graph.constant("zero_point", np.uint8(ZERO_POINT))
        zero_points = graph.apply("Expand", zero_point, graph.apply("Shape", step))
        codes = graph.apply("QuantizeLinear", rows, step, zero_points, axis=0)
        return codes, graph.apply("Unsqueeze", step, last)
