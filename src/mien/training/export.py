"""From a Keras model to the bytes of an ONNX file with named inputs and outputs."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.vision.emotion import standardise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Smaller weights are kept as they are: they are few, and biases and scales want their digits.
LEAST_HALVED = 1024


def to_onnx(
    model: Any,  # noqa: ANN401  (a keras.Model)
    input_name: str,
    output_names: Sequence[str],
    *,
    halved: bool = False,
    mirrored: bool = False,
) -> bytes:
    """Export ``model``.

    Args:
        model: a ``keras.Model`` with one input.
        input_name: what the file calls it.
        output_names: what the file calls the outputs, in the model's order.
        halved: keep the weights in 16 bits, which halves the file; they are brought back to 32 when it is
            loaded, so that computing is as fast and as exact.
        mirrored: the input is pictures, shape ``[n, h, w, channels]``, and the file answers with the mean of
            what the model gives for each and for its mirror image.

    Returns:
        A checked ONNX file; its batch size is free.
    """
    import onnx

    model(np.zeros((1, *model.input_shape[1:]), np.float32))  # Keras exports only what was called
    with TemporaryDirectory(prefix="mien-export-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converter warns of NumPy's and TensorFlow's future
        path = Path(folder) / "model.onnx"
        model.export(path, format="onnx", verbose=False)
        exported = onnx.load(path)
    graph = exported.graph
    names = {value.name: name for value, name in zip(graph.output, output_names, strict=True)}
    names[graph.input[0].name] = input_name
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.output):
        value.name = names[value.name]
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    if halved:
        _halve(graph)
    if mirrored:
        _mirror(graph)
    onnx.checker.check_model(exported)
    content: bytes = exported.SerializeToString()
    return content


def answers_of(network: bytes, faces: NDArray[np.uint8], at_once: int = 256) -> list[NDArray[np.float32]]:
    """What an exported emotion network gives for faces: of each output, shape ``[n, labels]``.

    Args:
        network: the ONNX file; scores are of it, for it is what ships.
        faces: shape ``[n, s, s, channels]``, uint8.
        at_once: how many are computed together.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    starts = range(0, len(faces), at_once)
    rows = [session.run(None, {name: standardise(faces[i : i + at_once])}) for i in starts]
    return [np.concatenate(output) for output in zip(*rows, strict=True)]


def _halve(graph: Any) -> None:  # noqa: ANN401  (an onnx.GraphProto)
    from onnx import TensorProto, helper, numpy_helper

    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LEAST_HALVED:
            continue
        half = f"{tensor.name}_16"
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), half))
        graph.node.insert(0, helper.make_node("Cast", [half], [tensor.name], to=TensorProto.FLOAT))


def _mirror(graph: Any) -> None:  # noqa: ANN401  (an onnx.GraphProto)
    """Join each picture's mirror image to the batch, and take the mean of both halves of each output."""
    from onnx import helper, numpy_helper

    pictures, outputs = graph.input[0].name, [output.name for output in graph.output]
    for node in graph.node:
        node.input[:] = ["both" if name == pictures else name for name in node.input]
        node.output[:] = [f"{name}_both" if name in outputs else name for name in node.output]
    backwards = {
        "mirror_start": -1,
        "mirror_end": np.iinfo(np.int32).min,
        "mirror_axis": 2,
        "mirror_step": -1,
    }
    for name, value in backwards.items():
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.int64), name))
    graph.node.insert(0, helper.make_node("Slice", [pictures, *backwards], ["mirror_image"]))
    graph.node.insert(1, helper.make_node("Concat", [pictures, "mirror_image"], ["both"], axis=0))
    for output in outputs:
        halves = [f"{output}_as_seen", f"{output}_mirrored"]
        graph.node.append(helper.make_node("Split", [f"{output}_both"], halves, axis=0))
        graph.node.append(helper.make_node("Mean", halves, [output]))
