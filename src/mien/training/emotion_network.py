"""The networks that can be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mien.vision.emotion import SECOND_HEAD

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from mien.training.emotion_recipe import EmotionTraining

SETTLING_BATCHES = 150
# With Keras's 0.99 the statistics lag so far behind the weights that, until the learning rate has come down,
# a validation curve shows a network that answers the same to every face.
STATISTICS_MOMENTUM = 0.9


def build(training: EmotionTraining) -> Any:  # noqa: ANN401  (a keras.Model; Keras is an extra)
    """The network that ``training`` names, with random weights."""
    import keras

    model = cnn2(training) if training.network == "cnn2" else mobilenet(training)
    if training.second_label:
        model = with_second_head(model, training)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = STATISTICS_MOMENTUM
    return model


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
    x = layers.Dropout(training.dropout, name="dropout")(layers.Flatten()(x))
    return keras.Model(given, layers.Dense(len(training.labels), activation="softmax")(x), name="cnn2")


def with_second_head(model: Any, training: EmotionTraining) -> Any:  # noqa: ANN401  (as above)
    """The same network with another softmax on what the first one's last layer sees."""
    import keras
    from keras import layers

    seen = layers.Flatten(name="seen")(model.get_layer("dropout").output)
    second = layers.Dense(len(training.labels), activation="softmax", name=SECOND_HEAD)(seen)
    return keras.Model(model.input, [model.output, second], name=model.name)


def _shape(training: EmotionTraining) -> tuple[int, int, int]:
    return training.resolution, training.resolution, training.channels


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
