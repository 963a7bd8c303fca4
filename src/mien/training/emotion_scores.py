"""Scoring an emotion artifact on labelled pictures, as Mien uses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import Emotion
from mien.errors import DatasetError
from mien.training.datasets import read_labelled, require_part
from mien.training.emotion_faces import face_in, picture_of
from mien.training.emotion_recipe import EMOTIONS
from mien.training.evaluate import score
from mien.training.report import Mistake
from mien.vision.emotion import HEAD, EmotionNetwork, Preprocessing, resize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.artifacts import Artifact
    from mien.core import FaceDetector
    from mien.training.datasets import Example
    from mien.training.emotion_faces import Progress
    from mien.training.evaluate import Scores

SHOWN_MISTAKES = 24
# Side of the faces that a report shows.
THUMB = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What was estimated of one picture.

    Attributes:
        example: the picture and its label.
        estimated: the likeliest emotion.
        confidence: its probability.
    """

    example: Example
    estimated: str
    confidence: float

    @property
    def right(self) -> bool:
        """Whether it is the label."""
        return self.estimated == self.example.label


def surest_mistakes(
    answers: Sequence[Answer], faces: Sequence[NDArray[np.uint8]], most: int = SHOWN_MISTAKES
) -> tuple[Mistake, ...]:
    """Those of the faces that were most surely read wrong, the surest first."""
    wrong = [(a, face) for a, face in zip(answers, faces, strict=True) if not a.right]
    wrong.sort(key=lambda pair: -pair[0].confidence)
    return tuple(
        Mistake(a.example.file, a.example.label, a.estimated, a.confidence, face) for a, face in wrong[:most]
    )


@dataclass(frozen=True, slots=True)
class EmotionEvaluation:
    """What an artifact reached on labelled pictures.

    Attributes:
        scores: over the pictures that have one of the seven emotions as label.
        left_out: pictures with another label, or of another part.
        without_face: pictures in which the detector found no face; the whole picture was read instead.
        answers: of every picture that was scored, in the data's order.
        mistakes: the surest wrong ones, with the face as it was read.
    """

    scores: Scores
    left_out: int
    without_face: int
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)


def evaluate_emotion(
    path: Path,
    artifact: Artifact,
    *,
    columns: Mapping[str, str] | None = None,
    part: str | None = None,
    detector: FaceDetector | None = None,
    head: str = HEAD,
    progress: Progress | None = None,
) -> EmotionEvaluation:
    """Score an emotion artifact on labelled pictures.

    Args:
        path: labelled data; examples whose label is none of the seven emotions are left out.
        artifact: the network.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        part: only examples whose ``split`` is this.
        detector: finds the face in each picture, as ``mien face`` does; None when pictures are cropped faces.
        head: which of the artifact's heads.
        progress: told how it goes.

    Raises:
        DatasetError: no example is left to score.
        ImageError: a picture cannot be read.
    """
    data = read_labelled(path, columns)
    if part is not None:
        require_part(data, "split", part, (e.split for e in data.examples))
    examples = [e for e in data.examples if e.label in EMOTIONS and part in (None, e.split)]
    if not examples:
        raise DatasetError(
            f"{path}: nothing to score: no example has one of the labels {', '.join(EMOTIONS)}"
        )
    network = EmotionNetwork(artifact, head)
    answers: list[Answer] = []
    rows, faces = np.empty((len(examples), len(EMOTIONS))), np.empty((len(examples), THUMB, THUMB), np.uint8)
    without_face = 0
    for i, content in enumerate(data.read(examples)):
        picture = picture_of(examples[i], content)
        found = face_in(picture, detector, network.preprocessing.margin)
        without_face += found is None
        face = picture if found is None else found
        rows[i] = _probabilities(network, face)
        faces[i] = resize(face, Preprocessing(THUMB))[:, :, 0]
        answers.append(Answer(examples[i], EMOTIONS[rows[i].argmax()], float(rows[i].max())))
        if progress is not None and i % 100 == 0:
            progress.loading(i, len(examples))
    reference = np.array([EMOTIONS.index(e.label) for e in examples])
    return EmotionEvaluation(
        score(reference, rows, EMOTIONS),
        len(data.examples) - len(examples),
        without_face,
        tuple(answers),
        surest_mistakes(answers, list(faces)),
    )


def _probabilities(network: EmotionNetwork, face: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The face's estimate, shape ``[7]``."""
    (estimate,) = network.estimate([face])
    return np.array([estimate.probabilities[emotion] for emotion in Emotion])
