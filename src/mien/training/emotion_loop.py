"""The training loop: batches drawn and changed at random, steps, validation, checkpoints."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import DatasetError
from mien.sentences import say
from mien.training.augment import augment, mix
from mien.training.emotion_checkpoint import State
from mien.vision.emotion import standardise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from mien.training.emotion_checkpoint import Checkpoint
    from mien.training.emotion_faces import Faces, Progress
    from mien.training.emotion_recipe import EmotionTraining

    Batch = tuple[NDArray[np.float32], list[NDArray[np.float32]]]

CHECKPOINT_EVERY_S = 180.0
# Batches that are made ready while the network learns.
AHEAD = 4
SCORED_AT_ONCE = 256
# Weights are averaged over no more than this share of a run, or a short one would keep where it began.
AVERAGED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Batches:
    """Augmented batches; which pictures and how changed depends on seed, epoch and step alone."""

    faces: Faces
    training: EmotionTraining
    _weight: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        classes = self.faces.targets.argmax(axis=1)
        frequency = np.bincount(classes, minlength=len(self.training.labels))[classes]
        weight = frequency.astype(np.float64) ** -self.training.balance
        object.__setattr__(self, "_weight", weight / weight.sum())

    @property
    def an_epoch(self) -> int:
        """Steps in an epoch."""
        return max(1, len(self.faces.pixels) // self.training.batch)

    def frequencies(self) -> NDArray[np.float64]:
        """How often each class is drawn as the likeliest, shape ``[labels]``; sums to 1."""
        classes = self.faces.targets.argmax(axis=1)
        drawn = np.bincount(classes, self._weight, minlength=len(self.training.labels))
        return drawn.astype(np.float64, copy=False)

    def __call__(self, step: int) -> Batch:
        """The inputs, and for each head the distributions to learn, of a step of the run, counted from 0."""
        training = self.training
        rng = np.random.default_rng((training.seed, *divmod(step, self.an_epoch)))
        chosen = rng.choice(len(self._weight), training.batch, p=self._weight)
        changed = np.stack([augment(self.faces.pixels[i], rng, training.augmentation) for i in chosen])
        targets = np.concatenate([head[chosen] for head in self.faces.by_head], axis=1)
        pixels, targets = mix(changed, targets, rng, mixup=training.mixup, cutmix=training.cutmix)
        return standardise(pixels), np.split(targets, len(self.faces.by_head), axis=1)

    def some(self) -> NDArray[np.float32]:
        """Faces from all over the part as they are, as the network's input."""
        return standardise(self.faces.pixels[spread(len(self.faces.pixels), SCORED_AT_ONCE)])

    def between(self, first: int, last: int) -> Iterator[Batch]:
        """The batches of steps ``first`` to before ``last``; the next ones are made meanwhile."""
        with ThreadPoolExecutor(1) as maker:
            ready = [maker.submit(self, step) for step in range(first, min(first + AHEAD, last))]
            for step in range(first, last):
                batch = ready.pop(0).result()
                if step + AHEAD < last:
                    ready.append(maker.submit(self, step + AHEAD))
                yield batch


def spread(n: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of the numbers 0 to ``n - 1``, evenly spread."""
    return np.linspace(0, n - 1, min(n, most)).astype(np.int64)


def prepare(model: Any, training: EmotionTraining, steps_an_epoch: int) -> None:  # noqa: ANN401  (a keras.Model)
    """Give the model its optimizer: AdamW under warm-up and cosine, with averaged weights."""
    import keras

    steps = max(2, training.epochs * steps_an_epoch)
    warmup = min(round(training.warmup_epochs * steps_an_epoch), steps // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=training.learning_rate / 100,
        decay_steps=steps - warmup,
        warmup_target=training.learning_rate,
        warmup_steps=warmup,
    )
    momentum = min(training.averaging, max(0.0, 1 - 1 / (AVERAGED_SHARE * steps)))
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=training.weight_decay, use_ema=training.averaging > 0, ema_momentum=momentum
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    others = len(model.outputs) - 1
    model.compile(
        optimizer=optimizer,
        loss=["categorical_crossentropy"] * (1 + others),
        loss_weights=[1.0] + [training.second_weight] * others,
        metrics=[["accuracy"]] + [[]] * others,
        jit_compile=False,
    )
    optimizer.build(model.trainable_variables)


def fit(
    model: Any,  # noqa: ANN401  (as above)
    batches: Batches,
    valid: Faces,
    checkpoint: Checkpoint | None = None,
    progress: Progress | None = None,
) -> list[dict[str, float]]:
    """Train; go on from the checkpoint where there is one. The averaged weights are what remains.

    Returns:
        ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy`` of each epoch.

    Raises:
        DatasetError: the loss is no number any more, or the checkpoint cannot be used.
    """
    prepare(model, batches.training, batches.an_epoch)
    digest = batches.faces.digest() + valid.digest() if checkpoint else ""
    state = (checkpoint.restore(model, digest) if checkpoint else None) or State()
    last = batches.training.epochs * batches.an_epoch
    saved_s = time.monotonic()
    for inputs, targets in batches.between(state.step, last):
        logs = model.train_on_batch(inputs, targets, return_dict=True)
        state.add(*_of_the_first_head(model, logs))
        epoch, within = divmod(state.step - 1, batches.an_epoch)
        ended = within + 1 == batches.an_epoch
        _check_sane(state.loss)
        if progress is not None:
            progress.step(epoch, within + 1, batches.an_epoch, state.figures(within + 1))
        if ended:
            loss, accuracy = tested(model, valid)
            _check_sane(loss)
            figures = {**state.figures(within + 1), "val_loss": loss, "val_accuracy": accuracy}
            state.end_epoch(figures)
            if progress is not None:
                progress.epoch(epoch, figures)
        if checkpoint is not None and (ended or time.monotonic() - saved_s >= CHECKPOINT_EVERY_S):
            checkpoint.save(model, state, digest)
            saved_s = time.monotonic()
    if model.optimizer.use_ema:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    return state.history


def _of_the_first_head(model: Any, logs: Mapping[str, Any]) -> tuple[float, float]:  # noqa: ANN401  (as above)
    """Loss and accuracy; with several heads Keras names them by their layers."""
    name = f"{model.output_names[0]}_" if len(model.outputs) > 1 else ""
    return float(logs[f"{name}loss"]), float(logs[f"{name}accuracy"])


def _check_sane(loss: float) -> None:
    if not np.isfinite(loss):
        raise DatasetError(
            say(
                "training_astray",
                "training went astray (its loss is no number): give a lower learning rate",
            )
        )


def predicted(model: Any, pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:  # noqa: ANN401  (as above)
    """The network's probabilities for faces: of each head, shape ``[n, labels]``."""
    starts = range(0, len(pixels), SCORED_AT_ONCE)
    rows = [model.predict_on_batch(standardise(pixels[i : i + SCORED_AT_ONCE])) for i in starts]
    by_head = zip(*rows, strict=True) if len(model.outputs) > 1 else [rows]
    return [np.concatenate(head) for head in by_head]


def tested(model: Any, faces: Faces) -> tuple[float, float]:  # noqa: ANN401  (as above)
    """Loss (nats) and accuracy of the first head as it stands."""
    return loss_and_accuracy(predicted(model, faces.pixels)[0], faces.targets)


def loss_and_accuracy(rows: NDArray[np.floating], targets: NDArray[np.floating]) -> tuple[float, float]:
    """Mean cross-entropy in nats, and how often the likeliest class is the target's."""
    loss = -(targets * np.log(np.clip(rows, 1e-7, 1))).sum(axis=1).mean()
    return float(loss), float((rows.argmax(axis=1) == targets.argmax(axis=1)).mean())
