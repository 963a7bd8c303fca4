"""Labelled pictures become faces in memory: decoded, found, cropped and brought to the network's size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mien.errors import DatasetError, ImageError
from mien.sentences import say, sentence_of
from mien.training.datasets import label_of
from mien.vision.emotion import crop, resize
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mien.core import FaceDetector
    from mien.training.datasets import Example, LabelledData
    from mien.training.emotion_recipe import EmotionTraining

# People asked of one picture, from which on a single vote is taken for a slip.
MANY_VOTES = 10


class Progress(Protocol):
    """Told how training goes; the command line draws it."""

    def loading(self, done: int, total: int) -> None:
        """Pictures read so far."""

    def step(self, epoch: int, step: int, steps: int, figures: Mapping[str, float]) -> None:
        """A batch was learnt; ``figures`` hold the epoch's loss and accuracy so far."""

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """An epoch ended; ``figures`` hold loss, accuracy, val_loss and val_accuracy."""


@dataclass(frozen=True, slots=True)
class Faces:
    """One part of the data, decoded.

    Attributes:
        pixels: shape ``[n, s, s, channels]``, uint8.
        targets: shape ``[n, labels]``, float32; each row is the distribution to learn.
        reference: shape ``[n]``, the label's index; -1 where the example's label is none of them.
        files: the name of each picture.
        without_face: pictures that were left out because the detector found no face in them.
        second: what the second head is to learn, shaped as ``targets``; a row of zeros, which costs nothing,
            where the picture has no such label; None without a second head.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    targets: NDArray[np.float32] = field(repr=False)
    reference: NDArray[np.int64] = field(repr=False)
    files: tuple[str, ...] = field(default=(), repr=False)
    without_face: tuple[str, ...] = ()
    second: NDArray[np.float32] | None = field(default=None, repr=False)

    @property
    def by_head(self) -> list[NDArray[np.float32]]:
        """What each head is to learn."""
        return [self.targets] if self.second is None else [self.targets, self.second]

    def digest(self) -> str:
        """The same for the same faces and targets alone."""
        sha = hashlib.sha256(self.pixels.data)
        for targets in self.by_head:
            sha.update(targets.data)
        return sha.hexdigest()


def target(example: Example, training: EmotionTraining) -> NDArray[np.float32] | None:
    """The distribution to learn from one example: its votes, or its label; None where it cannot teach.

    With votes, single stray ones are dropped (Barsoum et al. 2016), and the example is left out when the
    labels we know got less than half of what remains.
    """
    if not example.votes or not training.votes:
        return one_hot(example, training)
    votes = dict(example.votes)
    if sum(votes.values()) >= MANY_VOTES:
        votes = {name: n if n >= training.least_votes else 0 for name, n in votes.items()}
    known = np.array([votes.get(name, 0) for name in training.labels], dtype=np.float32)
    total = sum(votes.values())
    return known / known.sum() if known.sum() > 0 and known.sum() * 2 >= total else None


def one_hot(example: Example, training: EmotionTraining) -> NDArray[np.float32] | None:
    """All on the example's label; None where that is none of the labels."""
    return _alone(example.label, training) if example.label in training.labels else None


def _alone(label: str, training: EmotionTraining) -> NDArray[np.float32]:
    """All on one label; zeros where it is none of the labels."""
    return np.array([label == name for name in training.labels], dtype=np.float32)


def load_faces(
    data: LabelledData,
    training: EmotionTraining,
    progress: Progress | None = None,
    *,
    scored: bool = False,
    detector: FaceDetector | None = None,
) -> Faces:
    """Decode a part of the data; one picture at a time is held in full.

    Args:
        data: pictures.
        training: labels and preprocessing.
        progress: told now and then.
        scored: keep the examples whose label is among the labels, rather than those that can teach.
        detector: finds the face in each picture; None when pictures are cropped faces.

    Raises:
        DatasetError: nothing is left.
        ImageError: a picture cannot be read.
    """
    choose = one_hot if scored else target
    chosen = [(e, t) for e, t in ((e, choose(e, training)) for e in data.examples) if t is not None]
    if not chosen:
        raise DatasetError(
            say(
                "data_no_label",
                "{file}: no example has one of the labels {emotions}",
                file=str(data.root),
                emotions=", ".join(training.labels),
            )
        )
    size = training.resolution
    pixels = np.empty((len(chosen), size, size, training.channels), dtype=np.uint8)
    kept: list[int] = []
    for i, content in enumerate(data.read(example for example, _ in chosen)):
        if progress is not None and i % 100 == 0:
            progress.loading(i, len(chosen))
        face = face_in(picture_of(chosen[i][0], content), detector, training.margin)
        if face is not None:
            pixels[len(kept)] = resize(face, training.preprocessing)
            kept.append(i)
    if not kept:
        raise DatasetError(
            say(
                "data_no_face",
                "{file}: no face was found in any of {pictures} pictures",
                file=str(data.root),
                pictures=len(chosen),
            )
        )
    missing = set(range(len(chosen))) - set(kept)
    return _faces(
        pixels[: len(kept)], [chosen[i] for i in kept], [chosen[i] for i in sorted(missing)], training
    )


def _faces(
    pixels: NDArray[np.uint8],
    kept: Sequence[tuple[Example, NDArray[np.float32]]],
    missing: Sequence[tuple[Example, NDArray[np.float32]]],
    training: EmotionTraining,
) -> Faces:
    labels = training.labels
    return Faces(
        pixels,
        np.stack([distribution for _, distribution in kept]),
        np.array([labels.index(e.label) if e.label in labels else -1 for e, _ in kept]),
        tuple(e.file for e, _ in kept),
        tuple(e.file for e, _ in missing),
        _second([e for e, _ in kept], training),
    )


def _second(examples: Sequence[Example], training: EmotionTraining) -> NDArray[np.float32] | None:
    """What the second head is to learn of each example, shape ``[n, labels]``.

    Raises:
        DatasetError: no example has a second label that is one of the labels.
    """
    if not training.second_label:
        return None
    named = [label_of(example.row.get(training.second_label, "")) for example in examples]
    targets = np.stack([_alone(label, training) for label in named])
    if not targets.any():
        raise DatasetError(
            say(
                "data_no_second",
                "no example has one of the labels in a column {header}",
                header=training.second_label,
            )
        )
    return targets


def face_in(
    picture: NDArray[np.uint8], detector: FaceDetector | None, margin: float
) -> NDArray[np.uint8] | None:
    """The largest face, cropped; None where none is found; the picture itself where there is no detector."""
    if detector is None:
        return picture
    found = detector.find(picture)
    return crop(picture, found[0].box, margin, found[0].angle_degrees) if found else None


def picture_of(example: Example, content: bytes) -> NDArray[np.uint8]:
    """The decoded picture.

    Raises:
        ImageError: it cannot be read; its file is named.
    """
    try:
        return read_picture(content)
    except ImageError as error:
        raise ImageError(
            say(
                "data_bad_picture",
                "{name}: {fault}; take it out of the data",
                name=example.file,
                fault=sentence_of(error),
            )
        ) from None
