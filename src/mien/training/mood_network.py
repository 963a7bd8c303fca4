"""The song network: small dense networks and a linear discriminant, averaged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.audio.mood import EMBEDDING, INPUT
from mien.training.discriminant import discriminant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.training.songs import Songs

_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class MoodTraining:
    """How to train; written into the artifact.

    Attributes:
        members: how many networks are trained side by side and averaged.
        hidden: units of their first layer.
        embedding: units of their second layer; those of all members together are the song's embedding.
        epochs: passes over the songs; fixed, so that nothing is chosen on the fold that is scored.
        batch: songs a step.
        learning_rate: at its highest, after warm-up; a cosine takes it to 0.
        weight_decay: of AdamW.
        input_dropout: share of the features hidden at each step.
        dropout: share of the units hidden at each step.
        mixup: how far pairs of songs are mixed (Zhang et al. 2018, alpha); 0 for not at all.
        variations: share of the steps that learn a stretch or a narrow-band copy of a song instead of it.
        clip: how many standard deviations from the mean a feature may be.
        linear: share of the linear discriminant in the average.
        sharpness: of the linear discriminant; below 1, because it is surer than it is right.
        shrinkage: of its covariance, towards a sphere.
        seed: of everything random.
    """

    members: int = 5
    hidden: int = 256
    embedding: int = 32
    epochs: int = 30
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    input_dropout: float = 0.1
    dropout: float = 0.3
    mixup: float = 0.4
    variations: float = 0.7
    clip: float = 4.0
    linear: float = 0.3
    sharpness: float = 0.5
    shrinkage: float = 0.3
    seed: int = 20261122


@dataclass(frozen=True, slots=True)
class Networks:
    """Two views of the same weights.

    Attributes:
        learner: gives each head of each member, shape ``[n, members, labels]``, by the head's name.
        network: gives each head averaged over members, shape ``[n, labels]``, then the embedding.
        standard: gives the features as the members get them, shape ``[n, d]``.
        linear: the discriminant of each head, a ``keras.layers.Dense``.
    """

    learner: Any
    network: Any
    standard: Any
    linear: Mapping[str, Any]


def build(
    heads: Mapping[str, Sequence[str]], wholes: NDArray[np.float32], training: MoodTraining
) -> Networks:
    """Build the networks, which standardise their input by the songs that they are to learn from.

    Args:
        heads: name and labels of each output.
        wholes: the features of the songs to learn from, shape ``[songs, d]``.
        training: sizes.
    """
    import keras

    mean, spread = wholes.mean(axis=0, dtype=np.float64), wholes.std(axis=0, dtype=np.float64)
    spread = np.where(spread > 1e-6 * (1 + np.abs(mean)), spread, 1.0)
    inputs = keras.Input((wholes.shape[1],), name=INPUT)
    standardise = keras.layers.Rescaling((1 / spread).tolist(), (-mean / spread).tolist(), name="standardise")
    standard = standardise(inputs)
    standard = keras.ops.clip(standard, -training.clip, training.clip)
    x = keras.layers.Dropout(training.input_dropout)(standard)
    x = _dense("ni,mio->nmo", x, training, training.hidden, "silu")
    x = keras.layers.Dropout(training.dropout)(x)
    x = _dense("nmi,mio->nmo", x, training, training.embedding, "silu")
    together = keras.layers.Flatten(name=EMBEDDING)(x)
    x = keras.layers.Dropout(training.dropout)(x)
    each = {
        name: _dense("nmi,mio->nmo", x, training, len(labels), "softmax") for name, labels in heads.items()
    }
    linear = {
        name: keras.layers.Dense(len(labels), "softmax", trainable=False) for name, labels in heads.items()
    }
    averaged = [
        (1 - training.linear) * keras.ops.mean(answers, axis=1) + training.linear * linear[name](standard)
        for name, answers in each.items()
    ]
    networks = Networks(
        learner=keras.Model(inputs, each),
        network=keras.Model(inputs, [*averaged, together]),
        standard=keras.Model(inputs, standard),
        linear=linear,
    )
    predict(networks, tuple(heads), wholes)  # Keras exports only what has been called
    return networks


def _dense(equation: str, x: Any, training: MoodTraining, units: int, activation: str) -> Any:  # noqa: ANN401
    """A dense layer for each member, side by side: song ``n``, member ``m``, input ``i``, output ``o``."""
    import keras

    # Glorot and Bengio (2010) for each member; Keras would count the members as inputs and outputs.
    limit = math.sqrt(6 / (x.shape[-1] + units))
    layer = keras.layers.EinsumDense(
        equation,
        (training.members, units),
        activation=activation,
        bias_axes="mo",
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit),
    )
    return layer(x)


def fit(
    songs: Songs,
    chosen: NDArray[np.int64],
    training: MoodTraining,
    after_epoch: Callable[[Networks], None] | None = None,
) -> Networks:
    """Train on the ``chosen`` songs (indices).

    Args:
        songs: all of them.
        chosen: which to learn from.
        training: how.
        after_epoch: called with the networks as they are.
    """
    import keras

    keras.utils.set_random_seed(training.seed)
    networks = build(songs.heads, songs.wholes()[chosen], training)
    _discriminate(networks, songs, chosen, training)
    steps = max(1, len(chosen) // training.batch)
    networks.learner.compile(
        optimizer=_optimizer(training, steps * training.epochs),
        loss=dict.fromkeys(songs.heads, _cross_entropy),
        jit_compile=False,
    )
    draw = _Draws(songs, chosen, training)
    for epoch in range(training.epochs):
        for features, targets in draw.epoch(epoch, steps):
            networks.learner.train_on_batch(features, targets)
        if after_epoch is not None:
            after_epoch(networks)
    return networks


def _discriminate(
    networks: Networks, songs: Songs, chosen: NDArray[np.int64], training: MoodTraining
) -> None:
    """Set the linear discriminants, which need no steps."""
    vectors = [songs.vectors[i] for i in chosen]
    ends = np.cumsum([len(rows) for rows in vectors])[:-1]
    standard = np.split(np.asarray(networks.standard.predict_on_batch(np.concatenate(vectors))), ends)
    for name, layer in networks.linear.items():
        labels = songs.reference[name][chosen]
        found = discriminant(standard, labels, len(songs.heads[name]), training.shrinkage)
        layer.set_weights([training.sharpness * values for values in found])


def _optimizer(training: MoodTraining, steps: int) -> Any:  # noqa: ANN401  (a keras.optimizers.Optimizer)
    import keras

    warmup = max(1, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=training.learning_rate / 25,
        decay_steps=max(1, steps - warmup),
        warmup_target=training.learning_rate,
        warmup_steps=warmup,
    )
    return keras.optimizers.AdamW(schedule, weight_decay=training.weight_decay)


def _cross_entropy(target: Any, answers: Any) -> Any:  # noqa: ANN401  (Keras tensors)
    """Mean over the members; a song without a label has a target of zeros and costs nothing.

    Args:
        target: shape ``[n, labels]``.
        answers: shape ``[n, members, labels]``.
    """
    from keras import ops

    return -ops.mean(ops.sum(target[:, None, :] * ops.log(answers + _TINY), axis=-1), axis=-1)


class _Draws:
    """Batches of songs; what is drawn depends on seed and epoch alone."""

    def __init__(self, songs: Songs, chosen: NDArray[np.int64], training: MoodTraining) -> None:
        self._vectors = [songs.vectors[i] for i in chosen]
        self._targets = {
            name: np.eye(len(labels), dtype=np.float32)[songs.reference[name][chosen]]
            * (songs.reference[name][chosen] >= 0)[:, None]
            for name, labels in songs.heads.items()
        }
        self._training = training

    def epoch(
        self, epoch: int, steps: int
    ) -> list[tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]]:
        """The batches of one epoch, all of one size; a few songs may have to wait for the next epoch."""
        rng = np.random.default_rng((self._training.seed, epoch))
        size = len(self._vectors) // steps
        order = rng.permutation(len(self._vectors))[: size * steps].reshape(steps, size)
        return [self._batch(which, rng) for which in order]

    def _batch(
        self, which: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
        features = np.stack([self._row(self._vectors[i], rng) for i in which])
        targets = {name: values[which] for name, values in self._targets.items()}
        if not self._training.mixup:
            return features, targets
        share = np.float32(rng.beta(self._training.mixup, self._training.mixup))
        other = rng.permutation(len(which))
        mixed = {name: share * t + (1 - share) * t[other] for name, t in targets.items()}
        return share * features + (1 - share) * features[other], mixed

    def _row(self, rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        if len(rows) > 1 and rng.random() < self._training.variations:
            return np.asarray(rows[rng.integers(1, len(rows))])
        return np.asarray(rows[0])


def predict(networks: Networks, heads: Sequence[str], wholes: NDArray[np.float32]) -> dict[str, Any]:
    """Probabilities of each head, shape ``[n, labels]``."""
    outputs = networks.network.predict_on_batch(wholes)
    return {name: np.asarray(values) for name, values in zip(heads, outputs, strict=False)}
