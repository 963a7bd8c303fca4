"""The networks that can be trained, and where their weights begin."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.training.emotion_recipe import EmotionTraining

SETTLING_BATCHES = 150
# Keras keeps its step counter before the averages, and two moments of each weight after them.
_BEFORE_AVERAGES, _STATES_A_WEIGHT = 1, 3


def build(training: EmotionTraining) -> Any:  # noqa: ANN401  (a keras.Model; Keras is an extra)
    """The network that ``training`` names, with random weights."""
    return cnn2(training) if training.network == "cnn2" else mobilenet(training)


def mobilenet(training: EmotionTraining) -> Any:  # noqa: ANN401  (as above)
    """The paper's Table 1 with as many outputs as there are labels."""
    import keras

    return keras.applications.MobileNet(
        input_shape=_shape(training),
        alpha=training.width,
        weights=None,
        classes=len(training.labels),
        dropout=training.dropout,
        name="mobilenet",
    )


def cnn2(training: EmotionTraining) -> Any:  # noqa: ANN401  (as above)
    """Two convolutions, each pooled, and a softmax: what the paper's conclusion calls its network."""
    import keras
    from keras import layers

    first, second = (max(1, round(filters * training.width)) for filters in (32, 64))
    given = keras.Input(_shape(training))
    x = layers.Conv2D(first, 3, padding="same", activation="relu")(given)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(second, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Dropout(training.dropout)(layers.Flatten()(x))
    return keras.Model(given, layers.Dense(len(training.labels), activation="softmax")(x), name="cnn2")


def _shape(training: EmotionTraining) -> tuple[int, int, int]:
    return training.resolution, training.resolution, training.channels


def begin_with(model: Any, start: Path) -> bool:  # noqa: ANN401  (as above)
    """Take the weights of an earlier run's checkpoint; the averaged ones, where it holds averages.

    Whatever its resolution was, its network and width must be the same. Where the number of classes differs,
    the last layer keeps its random weights.

    Returns:
        Whether the last layer was taken over too.

    Raises:
        DatasetError: the file cannot be read, or holds another network.
    """
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
    if not set(untouched) <= {weighted[-1]}:
        raise DatasetError(
            f"cannot begin with the weights in {start}: they are of another network, width or number of"
            " channels; give the same"
        )
    for i in untouched:
        model.layers[i].set_weights(fresh[i])
    return not untouched


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


def settle_statistics(
    model: Any,  # noqa: ANN401  (as above)
    batch: Callable[[int], NDArray[np.float32]],
    batches: int,
) -> None:
    """Measure batch normalisation's means and variances anew, for the averaged weights.

    Those of the last steps belong to other weights; with them an averaged MobileNet answers the same to every
    face (Izmailov et al. 2018, section 3.2, on why).

    Args:
        model: the network.
        batch: gives the inputs of a step.
        batches: how many there are; at most 150 are looked at.
    """
    import keras

    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for step in range(min(SETTLING_BATCHES, batches) if norms else 0):
        for layer in norms:
            layer.momentum = step / (step + 1)
        model(batch(step), training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
