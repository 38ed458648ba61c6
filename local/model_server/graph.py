"""The MiniLM transformer as an int8 ONNX graph, built once from the weights and then cached.

Mean pooling and unit length are part of the graph, so its output is the embedding itself. It is
written out operator by operator because a trace by torch ran clean and gave wrong vectors. It reads
one text at a time: int8 scales are taken from all that is read at once, so in a batch a text's
vector would depend on its neighbours, and a batch is no faster here.
"""

import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from local.model_server.weights import WEIGHTS_SHA256, ModelFiles, Tensors, read_safetensors

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
HEAD_DIMENSIONS = DIMENSIONS // HEADS
EPSILON = 1e-12
OPSET = 20
RECIPE = 2  # counts up when this file builds another graph


def cached_graph(files: ModelFiles, cache: Path) -> Path:
    """The int8 graph's file in the cache folder, built there (some seconds) if it is not yet."""
    path = cache / f"minilm-int8-{WEIGHTS_SHA256[:12]}-{RECIPE}.onnx"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as folder:
            built = Path(folder) / path.name
            quantize(build(read_safetensors(files.weights)), built)
            # Whole or not at all: another process may be building the very same file.
            os.replace(built, path)
    return path


def quantize(model: onnx.ModelProto, path: Path) -> None:
    """Writes the model with int8 weights; activations are quantized as they come."""
    # Loads for a second, and is needed once.
    from onnxruntime.quantization import (  # type: ignore[import-untyped]  # noqa: PLC0415
        QuantType,
        quantize_dynamic,
    )

    logging.getLogger("root").setLevel(logging.ERROR)  # it recommends a step that we do not need
    quantize_dynamic(
        model,
        path,
        op_types_to_quantize=["MatMul", "Gather"],
        weight_type=QuantType.QInt8,
        per_channel=True,
    )


def build(tensors: Tensors) -> onnx.ModelProto:
    """The float32 graph: ``input_ids`` in, ``embedding`` of unit length out."""
    graph = _GraphWriter(tensors)
    hidden = _embeddings(graph)
    for layer in range(LAYERS):
        hidden = _layer(graph, hidden, f"encoder.layer.{layer}")
    # Mean pooling: a mean and a sum differ by a factor only, which unit length takes away.
    total = graph.op("ReduceSum", hidden, graph.integers(1), keepdims=0)
    graph.op("LpNormalization", total, output="embedding", axis=-1, p=2)
    return graph.model()


class _GraphWriter:
    """Collects the nodes and weights of a graph, naming each as it comes."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Adds a node and returns the name of its output."""
        name = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name: str, transpose: bool = False) -> str:
        """A tensor of the weights' file; the linear layers are stored output first."""
        array = self._tensors[name]
        return self._keep(name, np.ascontiguousarray(array.T) if transpose else array)

    def number(self, value: float) -> str:
        """A float constant."""
        return self._keep(f"number_{value:g}", np.array(value, dtype=np.float32))

    def integers(self, *values: int) -> str:
        """A vector of integers: a shape, axes or bounds."""
        return self._keep("integers_" + "_".join(map(str, values)), np.array(values, np.int64))

    def model(self) -> onnx.ModelProto:
        """The graph with its declared input and output."""
        tokens = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])
        embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSIONS])
        graph = helper.make_graph(
            self._nodes, "minilm", [tokens], [embedding], list(self._weights.values())
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 10
        onnx.checker.check_model(model)
        return model

    def _keep(self, name: str, array: NDArray[Any]) -> str:
        self._weights.setdefault(name, numpy_helper.from_array(array, name))
        return name


def _embeddings(graph: _GraphWriter) -> str:
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = graph.op("Shape", "input_ids", start=1, end=2)
    places = graph.op(
        "Slice",
        graph.weight("embeddings.position_embeddings.weight"),
        graph.integers(0),
        length,
        graph.integers(0),
    )
    # Every token is of the first type: one segment.
    kind = graph.op(
        "Slice",
        graph.weight("embeddings.token_type_embeddings.weight"),
        graph.integers(0),
        graph.integers(1),
        graph.integers(0),
    )
    total = graph.op("Add", graph.op("Add", words, places), kind)
    return _normalized(graph, total, "embeddings.LayerNorm")


def _layer(graph: _GraphWriter, hidden: str, name: str) -> str:
    attended = _attention(graph, hidden, f"{name}.attention.self")
    projected = _linear(graph, attended, f"{name}.attention.output.dense")
    hidden = _normalized(
        graph, graph.op("Add", hidden, projected), f"{name}.attention.output.LayerNorm"
    )
    wide = graph.op("Gelu", _linear(graph, hidden, f"{name}.intermediate.dense"))
    narrow = _linear(graph, wide, f"{name}.output.dense")
    return _normalized(graph, graph.op("Add", hidden, narrow), f"{name}.output.LayerNorm")


def _attention(graph: _GraphWriter, hidden: str, name: str) -> str:
    query = _heads(graph, _linear(graph, hidden, f"{name}.query"), [0, 2, 1, 3])
    keys = _heads(graph, _linear(graph, hidden, f"{name}.key"), [0, 2, 3, 1])
    values = _heads(graph, _linear(graph, hidden, f"{name}.value"), [0, 2, 1, 3])
    products = graph.op("MatMul", query, keys)
    scaled = graph.op("Mul", products, graph.number(HEAD_DIMENSIONS**-0.5))
    weights = graph.op("Softmax", scaled, axis=-1)
    mixed = graph.op("Transpose", graph.op("MatMul", weights, values), perm=[0, 2, 1, 3])
    return graph.op("Reshape", mixed, graph.integers(0, 0, DIMENSIONS))


def _heads(graph: _GraphWriter, hidden: str, order: list[int]) -> str:
    split = graph.op("Reshape", hidden, graph.integers(0, 0, HEADS, HEAD_DIMENSIONS))
    return graph.op("Transpose", split, perm=order)


def _linear(graph: _GraphWriter, hidden: str, name: str) -> str:
    product = graph.op("MatMul", hidden, graph.weight(f"{name}.weight", transpose=True))
    return graph.op("Add", product, graph.weight(f"{name}.bias"))


def _normalized(graph: _GraphWriter, hidden: str, name: str) -> str:
    scale, bias = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.op("LayerNormalization", hidden, scale, bias, axis=-1, epsilon=EPSILON)
