"""Training the emotion network: the paper's MobileNet on labelled faces (its figure 1, left half)."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mien.artifacts import Artifact, apply_temperature, save
from mien.domain import Emotion
from mien.errors import DatasetError, ImageError
from mien.training.augment import augment
from mien.training.datasets import Part, read_labelled, split
from mien.training.evaluate import fit_temperature, score
from mien.training.export import to_onnx
from mien.vision.emotion import HEAD, INPUT, EmotionNetwork, Preprocessing, crop, resize, standardise
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.core import FaceDetector
    from mien.training.datasets import Example, LabelledData
    from mien.training.evaluate import Scores

EMOTIONS = tuple(e.value for e in Emotion)
# An estimate is acted on when its emotion is likelier than all others together.
LEAST_CONFIDENCE = 0.5
SETTLING_BATCHES = 150
# An expression lasts from half a second to four (Ekman 2003); a reading follows it without flickering.
HALF_LIFE_S = 1.0
LIMITS = (
    "It estimates what a face shows, not what a person feels; the two often differ.",
    "Rare expressions (disgust, fear) are read worst; see the recall of each class.",
    "It was trained on frontal faces; a turned, covered or very small face is read worse.",
    "The data has no labels of skin tone, gender, age or culture, so errors by them are not known.",
    "Not for decisions about people, at work, at school or anywhere else.",
)


@dataclass(frozen=True, slots=True)
class EmotionTraining:
    """How to train; written into the artifact.

    Attributes:
        width: MobileNet's width multiplier.
        resolution: side of the input, in pixels.
        channels: 1 for grey, 3 for RGB.
        labels: the classes.
        epochs: passes over the training part.
        batch: pictures a step.
        learning_rate: at its highest, after warm-up; a cosine takes it to 0.
        warmup_epochs: over which it rises.
        weight_decay: of AdamW.
        dropout: before the last layer.
        averaging: momentum of the weights' moving average, which is what is kept.
        balance: 0 draws pictures as they come, 1 draws every class alike.
        least_votes: a label with fewer votes is taken for a slip when ten or more people were asked.
        augmentation: strength of the random changes; 0 for none.
        margin: written into the artifact's preprocessing, for the detector's crops.
        seed: of everything random.
    """

    width: float = 1.0
    resolution: int = 64
    channels: int = 1
    labels: tuple[str, ...] = EMOTIONS
    epochs: int = 30
    batch: int = 64
    learning_rate: float = 1.5e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 0.02
    dropout: float = 0.2
    averaging: float = 0.999
    balance: float = 0.2
    least_votes: int = 2
    augmentation: float = 0.6
    margin: float = 0.05
    seed: int = 20261122

    @property
    def preprocessing(self) -> Preprocessing:
        """How faces become the network's input."""
        return Preprocessing(self.resolution, self.channels, self.margin)


@dataclass(frozen=True, slots=True)
class Faces:
    """One part of the data, decoded.

    Attributes:
        pixels: shape ``[n, s, s, channels]``, uint8.
        targets: shape ``[n, labels]``, float32; each row is the distribution to learn.
        reference: shape ``[n]``, the label's index; -1 where the example's label is none of them.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    targets: NDArray[np.float32] = field(repr=False)
    reference: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmotionEvaluation:
    """What an artifact reached on labelled pictures.

    Attributes:
        scores: over the pictures that have one of the seven emotions as label.
        left_out: pictures with another label, or of another part.
        without_face: pictures in which the detector found no face; the whole picture was read instead.
    """

    scores: Scores
    left_out: int
    without_face: int


class Progress(Protocol):
    """Told how training goes; the command line draws it."""

    def loading(self, done: int, total: int) -> None:
        """Pictures read so far."""

    def step(self, epoch: int, step: int, steps: int, figures: Mapping[str, float]) -> None:
        """A batch was learnt; ``figures`` hold the running loss and accuracy."""

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """An epoch ended; ``figures`` hold loss, accuracy, val_loss and val_accuracy."""


def mobilenet(training: EmotionTraining) -> Any:  # noqa: ANN401  (a keras.Model; Keras is an extra)
    """The paper's Table 1 with as many outputs as there are labels."""
    import keras

    shape = (training.resolution, training.resolution, training.channels)
    return keras.applications.MobileNet(
        input_shape=shape,
        alpha=training.width,
        weights=None,
        classes=len(training.labels),
        dropout=training.dropout,
        name="mobilenet",
    )


def target(example: Example, training: EmotionTraining) -> NDArray[np.float32] | None:
    """The distribution to learn from one example: its votes, or its label; None where it cannot teach.

    With votes, single stray ones are dropped (Barsoum et al. 2016), and the example is left out when the
    labels we know got less than half of what remains.
    """
    if not example.votes:
        if example.label not in training.labels:
            return None
        return _one_hot(example.label, training)
    votes = dict(example.votes)
    if sum(votes.values()) >= 10:  # noqa: PLR2004
        votes = {name: n if n >= training.least_votes else 0 for name, n in votes.items()}
    known = np.array([votes.get(name, 0) for name in training.labels], dtype=np.float32)
    total = sum(votes.values())
    return known / known.sum() if known.sum() > 0 and known.sum() * 2 >= total else None


def _one_hot(label: str, training: EmotionTraining) -> NDArray[np.float32]:
    return np.array([label == name for name in training.labels], dtype=np.float32)


def load_faces(
    data: LabelledData, training: EmotionTraining, progress: Progress | None = None, *, scored: bool = False
) -> Faces:
    """Decode a part of the data.

    Args:
        data: cropped faces.
        training: labels and preprocessing.
        progress: told now and then.
        scored: keep the examples whose label is among the labels, rather than those that can teach.

    Raises:
        DatasetError: nothing is left.
        ImageError: a picture cannot be read.
    """
    chosen: list[tuple[Example, NDArray[np.float32]]] = []
    for example in data.examples:
        learnt = target(example, training)
        if scored and example.label in training.labels:
            learnt = _one_hot(example.label, training)
        elif scored:
            learnt = None
        if learnt is not None:
            chosen.append((example, learnt))
    if not chosen:
        raise DatasetError(f"{data.root}: no example has one of the labels {', '.join(training.labels)}")
    size, preprocessing = training.resolution, training.preprocessing
    pixels = np.empty((len(chosen), size, size, training.channels), dtype=np.uint8)
    for i, content in enumerate(data.read(example for example, _ in chosen)):
        pixels[i] = resize(_picture(chosen[i][0], content), preprocessing)
        if progress is not None and i % 500 == 0:
            progress.loading(i, len(chosen))
    reference = [training.labels.index(e.label) if e.label in training.labels else -1 for e, _ in chosen]
    return Faces(pixels, np.stack([t for _, t in chosen]), np.array(reference))


def _picture(example: Example, content: bytes) -> NDArray[np.uint8]:
    try:
        return read_picture(content)
    except ImageError as error:
        raise ImageError(f"{example.file}: {error}; take it out of the data") from None


def _batches(faces: Faces, training: EmotionTraining) -> Any:  # noqa: ANN401  (a keras.utils.PyDataset)
    import keras

    steps = max(1, len(faces.pixels) // training.batch)
    classes = faces.targets.argmax(axis=1)
    frequency = np.bincount(classes, minlength=len(training.labels))[classes]
    weight = frequency.astype(np.float64) ** -training.balance
    weight /= weight.sum()

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras is not typed
        """Augmented batches; which pictures and how changed depends on seed, epoch and step alone."""

        epoch = 0

        def __len__(self) -> int:
            return steps

        def __getitem__(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            rng = np.random.default_rng((training.seed, self.epoch, step))
            chosen = rng.choice(len(weight), training.batch, p=weight)
            changed = [augment(faces.pixels[i], rng, training.augmentation) for i in chosen]
            return standardise(np.stack(changed)), faces.targets[chosen]

    return Batches(workers=1, use_multiprocessing=False, max_queue_size=16)


def train_emotion(
    path: Path,
    out: Path,
    training: EmotionTraining,
    *,
    columns: Mapping[str, str] | None = None,
    about: str = "",
    start: Path | None = None,
    checkpoints: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Artifact, list[dict[str, float]], dict[str, Scores]]:
    """Train on labelled faces and write a model artifact.

    Args:
        path: labelled data (see :mod:`mien.training.datasets`).
        out: the artifact's folder.
        training: how.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        about: what the data is and under which terms, for the artifact.
        start: weights to begin with, as an earlier run's checkpoints hold them (``*.weights.h5``); any
            resolution, the same width, channels and labels.
        checkpoints: where to keep the state after each epoch; training goes on from what it finds there.
        progress: told how it goes.

    Returns:
        The artifact, loss and accuracy by epoch, and the scores of the validation and the test part.

    Raises:
        DatasetError: the data cannot be used.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    keras.utils.set_random_seed(training.seed)
    if checkpoints is not None:
        _check_resumable(checkpoints, training)
    parts = split(read_labelled(path, columns), training.seed)
    learn = load_faces(parts[Part.TRAIN], training, progress)
    valid = load_faces(parts[Part.VALID], training, scored=True)
    model = mobilenet(training)
    if start is not None:
        _load_weights(model, start)
    batches = _batches(learn, training)
    model.compile(
        optimizer=_optimizer(training, len(batches) * training.epochs, len(batches)),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    history = _History(checkpoints)
    model.fit(
        batches,
        epochs=training.epochs,
        shuffle=False,  # each batch is drawn at random already; its place in the epoch says which it is
        validation_data=(standardise(valid.pixels), valid.targets),
        validation_batch_size=256,
        callbacks=_callbacks(batches, history, checkpoints, progress),
        verbose=0,
    )
    _settle_statistics(model, batches)
    artifact, scores = _finish(model, parts, valid, training, out=out, about=about)
    return artifact, history.epochs, scores


def evaluate_emotion(
    path: Path,
    artifact: Artifact,
    *,
    columns: Mapping[str, str] | None = None,
    part: str | None = None,
    detector: FaceDetector | None = None,
    progress: Progress | None = None,
) -> EmotionEvaluation:
    """Score an emotion artifact on labelled pictures.

    Args:
        path: labelled data; examples whose label is none of the seven emotions are left out.
        artifact: the network.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        part: only examples whose ``split`` is this.
        detector: finds the face in each picture, as ``mien face`` does; None when pictures are cropped faces.
        progress: told how it goes.

    Raises:
        DatasetError: no example is left to score.
        ImageError: a picture cannot be read.
    """
    data = read_labelled(path, columns)
    examples = [e for e in data.examples if e.label in EMOTIONS and part in (None, e.split)]
    if not examples:
        raise DatasetError(
            f"{path}: nothing to score: no example has one of the labels {', '.join(EMOTIONS)}"
        )
    network = EmotionNetwork(artifact)
    rows = np.empty((len(examples), len(EMOTIONS)))
    without_face = 0
    for i, content in enumerate(data.read(examples)):
        face = _picture(examples[i], content)
        if detector is not None:
            boxes = detector.detect(face)
            without_face += not boxes
            face = crop(face, boxes[0], network.preprocessing.margin) if boxes else face
        probabilities = network.estimate([face])[0].probabilities
        rows[i] = [probabilities[emotion] for emotion in Emotion]
        if progress is not None and i % 100 == 0:
            progress.loading(i, len(examples))
    reference = np.array([EMOTIONS.index(e.label) for e in examples])
    return EmotionEvaluation(
        score(reference, rows, EMOTIONS), len(data.examples) - len(examples), without_face
    )


def _load_weights(model: Any, start: Path) -> None:  # noqa: ANN401  (a keras.Model)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of each part that does not fit, and then raises
            model.load_weights(start)
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(f"cannot begin with the weights in {start}: {error}") from None


def _optimizer(training: EmotionTraining, steps: int, steps_an_epoch: int) -> Any:  # noqa: ANN401
    import keras

    warmup = min(round(training.warmup_epochs * steps_an_epoch), steps // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=training.learning_rate / 100,
        decay_steps=steps - warmup,
        warmup_target=training.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=training.weight_decay, use_ema=True, ema_momentum=training.averaging
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _settle_statistics(model: Any, batches: Any) -> None:  # noqa: ANN401  (Keras's own)
    """Measure batch normalisation's means and variances anew, for the averaged weights.

    Those of the last steps belong to other weights; with them an averaged MobileNet answers the same to every
    face (Izmailov et al. 2018, section 3.2, on why).
    """
    import keras

    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for step in range(min(SETTLING_BATCHES, len(batches))):
        for layer in norms:
            layer.momentum = step / (step + 1)
        model(batches[step][0], training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum


class _History:
    """Loss and accuracy by epoch, kept beside the checkpoint so that a resumed run has them all."""

    def __init__(self, path: Path | None) -> None:
        self._path = path / "history.json" if path else None
        self.epochs: list[dict[str, float]] = []
        if self._path and self._path.is_file():
            self.epochs = json.loads(self._path.read_text())

    def add(self, epoch: int, figures: Mapping[str, float]) -> None:
        del self.epochs[epoch:]
        self.epochs.append({name: round(float(value), 5) for name, value in figures.items()})
        if self._path:
            written = self._path.with_suffix(".part")
            written.write_text(json.dumps(self.epochs))
            written.replace(self._path)


def _callbacks(
    batches: Any,  # noqa: ANN401  (a keras.utils.PyDataset)
    history: _History,
    checkpoints: Path | None,
    progress: Progress | None,
) -> list[Any]:
    import keras

    def begin(epoch: int, _logs: object) -> None:
        batches.epoch = epoch

    def step(step: int, logs: Mapping[str, float]) -> None:
        if progress is not None:
            progress.step(batches.epoch, step + 1, len(batches), logs)

    def end(epoch: int, logs: Mapping[str, float]) -> None:
        history.add(epoch, logs)
        if progress is not None:
            progress.epoch(epoch, logs)

    told = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_train_batch_end=step, on_epoch_end=end)
    callbacks = [told]
    if checkpoints is not None:
        backup = keras.callbacks.BackupAndRestore(
            str(checkpoints), double_checkpoint=True, delete_checkpoint=False
        )
        callbacks.append(backup)
    return callbacks


def _check_resumable(checkpoints: Path, training: EmotionTraining) -> None:
    """A checkpoint goes on only under the configuration that it was begun with."""
    path = checkpoints / "training.json"
    wanted = json.loads(json.dumps(asdict(training)))
    try:
        checkpoints.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            path.write_text(json.dumps(wanted))
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise DatasetError(f"cannot keep checkpoints in {checkpoints}: {error}") from None
    changed = [name for name in wanted if found.get(name) != wanted[name]]
    if changed:
        raise DatasetError(
            f"{checkpoints} holds a run with another {', '.join(changed)}; give the same, or another folder"
        )


def _finish(
    model: Any,  # noqa: ANN401  (a keras.Model)
    parts: Mapping[Part, LabelledData],
    valid: Faces,
    training: EmotionTraining,
    *,
    out: Path,
    about: str,
) -> tuple[Artifact, dict[str, Scores]]:
    """Calibrate on the validation part, look at the test part once, and write the artifact."""
    raw = model.predict(standardise(valid.pixels), batch_size=256, verbose=0)
    if not np.isfinite(raw).all():
        raise DatasetError("training went astray (its loss is no number): give a lower learning rate")
    temperature = fit_temperature(valid.reference, raw)
    test = load_faces(parts[Part.TEST], training, scored=True)
    raw_test = model.predict(standardise(test.pixels), batch_size=256, verbose=0)
    scores = {
        "validation": score(valid.reference, apply_temperature(raw, temperature), training.labels),
        "test": score(test.reference, apply_temperature(raw_test, temperature), training.labels),
    }
    now = datetime.now(UTC)
    artifact = Artifact(
        kind="emotion",
        version=now.strftime("%Y%m%d.%H%M"),
        folder=out,
        heads={HEAD: training.labels},
        preprocessing=asdict(training.preprocessing),
        decision={
            "temperature": temperature,
            "least_confidence": LEAST_CONFIDENCE,
            "half_life_s": HALF_LIFE_S,
        },
        training={**asdict(training), "parameters": model.count_params(), "finished": now.date().isoformat()},
        data={
            "about": about,
            "examples": {part.value: len(data.examples) for part, data in parts.items()},
            "labels": {part.value: data.counts() for part, data in parts.items()},
        },
        scores={name: part.as_json() for name, part in scores.items()},
        limits=LIMITS,
    )
    return save(artifact, to_onnx(model, INPUT, [HEAD])), scores
