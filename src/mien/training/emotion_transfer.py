"""Beginning with a network that is there: an earlier run's checkpoint, or a model artifact.

An artifact's ONNX file has batch normalisation folded into the convolutions. It is unfolded again, so that
training can go on: each normalisation gets the mean and spread that its input has on real faces, and the
scale and shift that leave its output as it was.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import load
from mien.errors import DatasetError
from mien.vision.emotion import SECOND_HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.artifacts import Artifact

    Folded = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]

# Keras keeps its step counter before the averages, and two moments of each weight after them.
_BEFORE_AVERAGES, _STATES_A_WEIGHT = 1, 3


def begin_with(model: Any, start: Path, faces: Callable[[], NDArray[np.float32]]) -> bool:  # noqa: ANN401
    """Take the weights of a checkpoint (the averaged ones, where it has averages) or of an artifact's folder.

    Whatever its resolution was, its network and width must be the same. Where the number of classes differs,
    the last layer keeps its random weights, and so does that of a head which was not there.

    Args:
        model: a ``keras.Model``, not trained yet.
        start: a file ``*.weights.h5``, or an artifact's folder.
        faces: gives some of the network's input, shape ``[n, s, s, channels]``.

    Returns:
        Whether the last layer of every head was taken over too.

    Raises:
        DatasetError: it cannot be read, or is of another network.
        ArtifactError: the artifact is damaged.
    """
    if start.is_dir():
        return _from_artifact(model, start, faces)
    return _from_checkpoint(model, start)


def layer_weights(model: Any) -> dict[str, list[NDArray[Any]]]:  # noqa: ANN401  (a keras.Model)
    """The weights of each layer that has some, by its name."""
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    return {name: values for name, values in weights.items() if values}


def mix_in(model: Any, others: Mapping[str, list[NDArray[Any]]], share: float) -> None:  # noqa: ANN401
    """Mix other weights of the same network into its own.

    Between where a run began and where it ended lie networks that do better than either on pictures unlike
    those that were learnt (Wortsman et al. 2022). Batch normalisation's statistics belong to none of them and
    must be measured anew.

    Args:
        model: a ``keras.Model``.
        others: by layer; layers that are not named keep their weights.
        share: of the others, from 0 (none) to 1.
    """
    for name, weights in others.items() if share else ():
        layer = model.get_layer(name)
        own = layer.get_weights()
        layer.set_weights([(1 - share) * w + share * o for w, o in zip(own, weights, strict=True)])


def _from_checkpoint(model: Any, start: Path) -> bool:  # noqa: ANN401  (as above)
    import h5py

    fresh = [layer.get_weights() for layer in model.layers]
    for layer, values in zip(model.layers, fresh, strict=True):
        layer.set_weights([np.full_like(v, np.nan) if _is_real(v) else v for v in values])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of each layer that does not fit
            model.load_weights(start, skip_mismatch=True)
        with h5py.File(start, "r") as file:
            _take_averages(model, file.get("optimizer/vars", {}))
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(f"cannot begin with the weights in {start}: {error}") from None
    untouched = [i for i, layer in enumerate(model.layers) if _is_missing(layer.get_weights())]
    weighted = [i for i, values in enumerate(fresh) if values]
    if not set(untouched) <= set(weighted[-len(model.outputs) :]):
        raise _of_another(start)
    for i in untouched:
        model.layers[i].set_weights(fresh[i])
    return not untouched


def _of_another(start: Path) -> DatasetError:
    return DatasetError(
        f"cannot begin with the weights in {start}: they are of another network, width or number of channels;"
        " give the same"
    )


def _is_real(values: NDArray[Any]) -> bool:
    return np.issubdtype(values.dtype, np.floating)


def _is_missing(values: list[NDArray[Any]]) -> bool:
    return any(_is_real(v) and np.isnan(v).any() for v in values)


def _take_averages(model: Any, kept: Any) -> None:  # noqa: ANN401  (as above, and an h5py.Group)
    variables = model.trainable_variables
    if len(kept) != _BEFORE_AVERAGES + _STATES_A_WEIGHT * len(variables):
        return
    for i, variable in enumerate(variables):
        average = np.asarray(kept[str(i + _BEFORE_AVERAGES)])
        if average.shape == tuple(variable.shape):
            variable.assign(average)


def _from_artifact(model: Any, folder: Path, faces: Callable[[], NDArray[np.float32]]) -> bool:  # noqa: ANN401
    import keras

    artifact = load(folder, "emotion")
    folded = _folded(artifact.model_path)
    convolutions: list[Any] = [layer for layer in model.layers if isinstance(layer, _convolution_types())]
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if len(folded) != len(convolutions) or len(norms) != len(convolutions) - 1:
        raise _of_another(folder)
    for layer, (kernel, _, _) in zip(convolutions[:-1], folded[:-1], strict=True):
        if layer.kernel.shape != kernel.shape:
            raise _of_another(folder)
        layer.set_weights([kernel])
    _unfold(model, norms, folded[:-1], faces())
    kernel, _, bias = folded[-1]
    fits = bool(convolutions[-1].kernel.shape == kernel.shape)
    if fits:
        convolutions[-1].set_weights([kernel, bias])
    return fits and _take_second_head(model, artifact)


def _take_second_head(model: Any, artifact: Artifact) -> bool:  # noqa: ANN401  (as above)
    """Whether there is none to take, or it was taken."""
    if len(model.outputs) == 1:
        return True
    layer = model.get_layer(SECOND_HEAD)
    weights = _dense(artifact.model_path)
    if [v.shape for v in weights] != [v.shape for v in layer.get_weights()]:
        return False
    layer.set_weights(weights)
    return True


def _constants(graph: Any) -> dict[str, NDArray[np.float32]]:  # noqa: ANN401  (an onnx.GraphProto)
    """The numbers in an ONNX graph by name; those kept in 16 bits also by what they are brought back to."""
    from onnx import numpy_helper

    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]].astype(np.float32)
    return values


def _dense(path: Path) -> list[NDArray[np.float32]]:
    """Kernel and bias of the only fully connected layer in an ONNX file; nothing where there is none."""
    import onnx

    graph = onnx.load(path).graph
    values = _constants(graph)
    for node in graph.node:
        if node.op_type == "MatMul":
            added = next(n for n in graph.node if n.op_type == "Add" and node.output[0] in n.input)
            bias = next(values[name] for name in added.input if name in values)
            return [values[node.input[1]], bias.reshape(-1)]
    return []


def _unfold(model: Any, norms: list[Any], folded: list[Folded], faces: NDArray[np.float32]) -> None:  # noqa: ANN401
    """Give each normalisation what leaves its output as it was, with the statistics of its input on faces."""
    import keras

    for norm, (_, scale, shift) in zip(norms, folded, strict=True):
        norm.set_weights([scale * _deviation(norm, 1.0), shift, np.zeros_like(shift), np.ones_like(shift)])
    inputs = keras.Model(model.input, [norm.input for norm in norms])
    for norm, (_, scale, shift), values in zip(norms, folded, inputs.predict_on_batch(faces), strict=True):
        mean, variance = values.mean(axis=(0, 1, 2)), values.var(axis=(0, 1, 2))
        norm.set_weights([scale * _deviation(norm, variance), shift + scale * mean, mean, variance])


def _deviation(norm: Any, variance: Any) -> Any:  # noqa: ANN401  (as above, and an array)
    return np.sqrt(variance + norm.epsilon)


def _convolution_types() -> tuple[type, ...]:
    from keras import layers

    return layers.Conv2D, layers.DepthwiseConv2D


def _folded(path: Path) -> list[Folded]:
    """Of each convolution in an ONNX file: Keras's kernel, and the scale and shift that follow it."""
    import onnx

    graph = onnx.load(path).graph
    values = _constants(graph)
    takes = {name: node for node in graph.node for name in node.input}
    folded = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        weights = values[node.input[1]]
        depthwise = any(a.name == "group" and a.i > 1 for a in node.attribute)
        kernel = weights.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
        channels = weights.shape[0]
        scale, shift = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        if len(node.input) > 2:  # noqa: PLR2004  (input, weights and bias)
            shift = values[node.input[2]].reshape(channels)
        follows = takes.get(node.output[0])
        while follows is not None and follows.op_type in ("Mul", "Add"):
            constant = next(values[name] for name in follows.input if name in values).reshape(-1)
            if follows.op_type == "Mul":
                scale, shift = scale * constant, shift * constant
            else:
                shift = shift + constant
            follows = takes.get(follows.output[0])
        folded.append((kernel, scale, shift))
    return folded
