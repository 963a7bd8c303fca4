"""Training the emotion network: the paper's MobileNet on labelled faces (its figure 1, left half).

::

labelled pictures -> parts -> faces -> network -> steps -> decision -> artifact
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import Artifact, apply_temperature, save
from mien.domain import Emotion
from mien.errors import DatasetError
from mien.sentences import say
from mien.training.datasets import Example, Part, read_labelled, split, ungrouped
from mien.training.emotion_checkpoint import Checkpoint
from mien.training.emotion_decision import fit_decision
from mien.training.emotion_faces import load_faces
from mien.training.emotion_loop import Batches, fit, loss_and_accuracy, predicted, spread
from mien.training.emotion_network import build, settle_statistics
from mien.training.emotion_recipe import EmotionTraining
from mien.training.emotion_scores import Answer, surest_mistakes
from mien.training.emotion_transfer import begin_with, layer_weights, mix_in
from mien.training.evaluate import fit_temperature, score
from mien.training.export import answers_of, to_onnx
from mien.vision.emotion import INPUT, SECOND_HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.core import FaceDetector
    from mien.training.datasets import LabelledData
    from mien.training.emotion_faces import Faces, Progress
    from mien.training.evaluate import Scores
    from mien.training.report import Mistake

__all__ = ["EmotionTraining", "TrainedEmotion", "train_emotion"]

LIMITS = (
    "It estimates what a face shows, not what a person feels; the two often differ.",
    "Rare expressions (disgust, fear) are read worst; see the recall of each class.",
    "It was trained on frontal faces; a turned, covered or very small face is read worse.",
    "The data has no labels of skin tone, gender, age or culture, so errors by them are not known.",
    "Not for decisions about people, at work, at school or anywhere else.",
)

# So many of the training faces are looked at again when training has ended.
MEASURED_OF_TRAINING = 2600


@dataclass(frozen=True, slots=True)
class TrainedEmotion:
    """What came of a training run.

    Attributes:
        artifact: the network, as it was written.
        history: ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy`` of each epoch.
        final: the same four of the network that was kept, on faces as they are.
        scores: of the validation and the test part, as the artifact decides.
        without_face: by part, the pictures that were left out because no face was found in them.
        mistakes: the surest wrong estimates in the test part.
    """

    artifact: Artifact
    history: list[dict[str, float]]
    final: dict[str, float]
    scores: dict[str, Scores]
    without_face: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)


def train_emotion(
    path: Path,
    out: Path,
    training: EmotionTraining,
    *,
    columns: Mapping[str, str] | None = None,
    about: str = "",
    start: Path | None = None,
    checkpoints: Path | None = None,
    detector: FaceDetector | None = None,
    progress: Progress | None = None,
) -> TrainedEmotion:
    """Train on labelled pictures and write a model artifact.

    Args:
        path: labelled data (see :mod:`mien.training.datasets`).
        out: the artifact's folder.
        training: how.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        about: what the data is and under which terms, for the artifact.
        start: what to begin with: an artifact's folder, or an earlier run's checkpoint (``*.weights.h5``);
            any resolution and labels, the same network, width and channels.
        checkpoints: where to keep the state every few minutes; training goes on from what it finds there.
        detector: finds the face in each picture; None when pictures are cropped faces.
        progress: told how it goes.

    Raises:
        DatasetError: the data cannot be used.
        ImageError: a picture cannot be read.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    keras.utils.set_random_seed(training.seed)
    checkpoint = Checkpoint(checkpoints, training) if checkpoints and training.epochs else None
    data = read_labelled(path, columns)
    parts = _parts(data, training)
    learn = load_faces(parts[Part.TRAIN], training, progress, detector=detector)
    valid = load_faces(parts[Part.VALID], training, progress, scored=True, detector=detector)
    batches = Batches(learn, training)
    model, begun = _begun(training, start, batches)
    history = fit(model, batches, valid, checkpoint, progress) if training.epochs else []
    mix_in(model, begun, training.start_share)
    settle_statistics(model, lambda step: batches(step)[0], batches.an_epoch)
    network = to_onnx(model, INPUT, list(training.heads), halved=True, mirrored=training.mirrored)
    raw, *raw_second = answers_of(network, valid.pixels)
    decision = fit_decision(valid.reference, raw, batches.frequencies(), training.prior_exponent)
    test = load_faces(parts[Part.TEST], training, progress, scored=True, detector=detector)
    tested, *tested_second = answers_of(network, test.pixels)
    tested = decision(tested)
    scores = {
        "validation": score(valid.reference, decision(raw), training.labels),
        "test": score(test.reference, tested, training.labels),
    }
    second: dict[str, Any] = {}
    if raw_second:
        temperature, second_scores = _judged_second(valid, raw_second[0], test, tested_second[0], training)
        second = {SECOND_HEAD: {"temperature": temperature}}
        scores |= second_scores
    faces = {Part.TRAIN: learn, Part.VALID: valid, Part.TEST: test}
    neutral = raw[[training.labels[i] == Emotion.NEUTRAL for i in valid.reference]]
    artifact = Artifact(
        kind="emotion",
        version=datetime.now(UTC).strftime("%Y%m%d.%H%M"),
        folder=out,
        heads=training.heads,
        preprocessing=asdict(training.preprocessing),
        decision={**decision.as_json(training.labels, neutral), **second},
        training=_told(training, model),
        data={"about": about, "split": _how_split(data, training), **_data(parts, faces, batches)},
        scores={name: part.as_json() for name, part in scores.items()},
        limits=LIMITS,
    )
    return TrainedEmotion(
        artifact=save(artifact, network),
        history=history,
        final=_final(model, learn, valid, raw),
        scores=scores,
        without_face={part.value: some.without_face for part, some in faces.items()},
        mistakes=_mistakes(test, tested, training.labels),
    )


def _parts(data: LabelledData, training: EmotionTraining) -> dict[Part, LabelledData]:
    return split(ungrouped(data) if training.random_split else data, training.seed)


def _begun(
    training: EmotionTraining, start: Path | None, batches: Batches
) -> tuple[Any, dict[str, list[NDArray[Any]]]]:
    """The network with the weights that it begins with, and those by layer that are not random."""
    if training.start_share and start is None:
        raise DatasetError(
            say("start_needed", "there is nothing to mix in: give the weights to start with too")
        )
    if training.epochs == 0 and start is None:
        raise DatasetError(
            say(
                "start_or_epochs",
                "without an epoch of training there must be weights to start with: give both",
            )
        )
    model = build(training)
    random = layer_weights(model)
    whole = start is None or begin_with(model, start, batches.some)
    if not whole and training.epochs == 0:
        raise DatasetError(
            say(
                "start_other_labels",
                "{file} has another number of labels; without training, give the same",
                file=str(start),
            )
        )
    return model, {name: w for name, w in layer_weights(model).items() if not _same(w, random[name])}


def _same(some: Sequence[NDArray[Any]], others: Sequence[NDArray[Any]]) -> bool:
    return all(map(np.array_equal, some, others))


def _judged_second(
    valid: Faces,
    raw: NDArray[np.floating],
    test: Faces,
    tested: NDArray[np.floating],
    training: EmotionTraining,
) -> tuple[float, dict[str, Scores]]:
    """The second head's temperature, and its scores where pictures have its label."""
    reference, rows = _labelled(valid.by_head[1], raw)
    temperature = fit_temperature(reference, rows)
    scores = {"validation_second": score(reference, apply_temperature(rows, temperature), training.labels)}
    reference, rows = _labelled(test.by_head[1], tested)
    scores["test_second"] = score(reference, apply_temperature(rows, temperature), training.labels)
    return temperature, scores


def _labelled(
    targets: NDArray[np.float32], rows: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """The reference labels, and the rows of the pictures that have one."""
    has = targets.any(axis=1)
    return targets[has].argmax(axis=1), rows[has]


def _mistakes(test: Faces, rows: NDArray[np.floating], labels: Sequence[str]) -> tuple[Mistake, ...]:
    answers = [
        Answer(Example(file, labels[reference]), labels[row.argmax()], float(row.max()))
        for file, reference, row in zip(test.files, test.reference, rows, strict=True)
    ]
    return surest_mistakes(answers, list(test.pixels))


def _how_split(data: LabelledData, training: EmotionTraining) -> str:
    """In words for people."""
    if training.random_split:
        return (
            "Split at random, picture by picture, as in the paper: the same person may be on both sides,"
            " which flatters every score."
        )
    own = any(example.split for example in data.examples)
    known = any(example.group for example in data.examples)
    apart = (
        "nobody is in two parts" if known else "who is in a picture is not known, copies are kept together"
    )
    return f"{'The data has its own split' if own else 'Split in the proportions of the paper'}; {apart}."


def _told(training: EmotionTraining, model: Any) -> dict[str, Any]:  # noqa: ANN401  (a keras.Model)
    finished = datetime.now(UTC).date().isoformat()
    return {**asdict(training), "parameters": model.count_params(), "finished": finished}


def _data(
    parts: Mapping[Part, LabelledData], faces: Mapping[Part, Faces], batches: Batches
) -> dict[str, Any]:
    """What the artifact says of its data."""
    drawn = zip(batches.training.labels, batches.frequencies().tolist(), strict=True)
    return {
        "examples": {part.value: len(data.examples) for part, data in parts.items()},
        "labels": {part.value: data.counts() for part, data in parts.items()},
        "without_face": {part.value: len(part_faces.without_face) for part, part_faces in faces.items()},
        "drawn": {label: round(frequency, 5) for label, frequency in drawn},
    }


def _final(model: Any, learn: Faces, valid: Faces, raw: Any) -> dict[str, float]:  # noqa: ANN401  (as above)
    """Loss and accuracy of the network that is kept, on a part of what it learnt from and on validation."""
    some = spread(len(learn.pixels), MEASURED_OF_TRAINING)
    loss, accuracy = loss_and_accuracy(predicted(model, learn.pixels[some])[0], learn.targets[some])
    val_loss, val_accuracy = loss_and_accuracy(raw, valid.targets)
    return {"loss": loss, "accuracy": accuracy, "val_loss": val_loss, "val_accuracy": val_accuracy}
