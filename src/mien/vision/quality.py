"""How well a face can be seen, and whether that is enough to tell what it expresses.

All measures are taken on the face's crop at 64 x 64 grey levels, so that they mean the same at any distance
and a page can take them in a few lines; ``docs/reading.md`` has the formulas and what they catch.
"""

from __future__ import annotations

import math
from dataclasses import asdict, astuple, fields
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien.domain import Estimate, Quality, Reason
from mien.errors import ArtifactError
from mien.vision.pictures import to_grey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mien.domain import Box, Emotion

SIDE = 64
# Corners of the crop show hair and background: measures are taken in the middle.
_MIDDLE = slice(8, 56)
_EYES_AND_MOUTH = (
    (slice(18, 31), slice(10, 28)),
    (slice(18, 31), slice(36, 54)),
    (slice(42, 56), slice(18, 46)),
)
# A flat crop has no contrast to divide by (grey levels squared, and grey levels).
_LEAST_VARIANCE = 16.0
_LEAST_DETAIL = 1.0

# What a face must reach to be read, where an artifact says nothing else.
LEAST_QUALITY = Quality(
    light=20.0, headroom=10.0, sharpness=0.02, size_px=24.0, balance=0.74, features=0.2, edge=0.01
)
# In the order in which they are told: what comes first is the likelier cause of what follows.
REASONS: Mapping[str, tuple[Reason, str]] = {
    "size_px": (Reason.TOO_SMALL, "can't tell: the face is too small; come nearer"),
    "edge": (Reason.AT_EDGE, "can't tell: the face is at the picture's edge"),
    "light": (Reason.TOO_DARK, "can't tell: the face is too dark; turn on a light"),
    "headroom": (Reason.TOO_BRIGHT, "can't tell: the face is too bright"),
    "sharpness": (Reason.BLURRED, "can't tell: the face is blurred"),
    "features": (Reason.COVERED, "can't tell: the eyes or the mouth are covered"),
    "balance": (Reason.TURNED_AWAY, "can't tell: the face is turned away"),
}


def thresholds(values: Mapping[str, object] | None) -> Quality:
    """What an artifact's ``decision["quality"]`` asks of a face; the defaults where it says nothing.

    Raises:
        ArtifactError: it names another measure, or a threshold that is not a number above 0.
    """
    wanted = asdict(LEAST_QUALITY) | dict(values or {})
    names = {field.name for field in fields(Quality)}
    good = all(isinstance(v, (int, float)) and 0 < v < math.inf for v in wanted.values())
    if set(wanted) != names or not good:
        raise ArtifactError(
            f"the emotion artifact's quality thresholds are not numbers above 0 for {', '.join(names)}"
        )
    return Quality(**{name: float(wanted[name]) for name in names})


def grey_square(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A crop (``[h, w]``, or RGB ``[h, w, 3]``) at the size at which it is measured, ``[64, 64]``."""
    # Made small before it is made grey: that is cheaper and hardly differs.
    shrinks = min(face.shape[:2]) > SIDE
    sized = cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return to_grey(np.asarray(sized, dtype=np.uint8))


def measure(grey: NDArray[np.uint8], box: Box, picture: tuple[int, int] | None) -> Quality:
    """Measure how well a face can be seen.

    Args:
        grey: its crop, shape ``[64, 64]``.
        box: where it is in the picture.
        picture: width and height of the picture; None where the whole picture is the face.
    """
    levels = grey.astype(np.int32)
    middle = levels[_MIDDLE, _MIDDLE]
    detail = np.zeros_like(levels)
    detail[1:-1] = np.abs(levels[2:] - levels[:-2])
    return Quality(
        light=_percentile(middle, 0.95),
        headroom=255.0 - _percentile(middle, 0.5),
        sharpness=_sharpness(levels, middle),
        size_px=float(box.width),
        balance=_balance(detail[_MIDDLE]),
        features=_features(detail),
        edge=None if picture is None else _edge(box, *picture),
    )


def weight(quality: Quality | None, least: Quality) -> float:
    """How much a face counts: 1 where it can be seen well, else its worst measure's share of what is wanted.

    A face that nobody measured counts in full.
    """
    if quality is None:
        return 1.0
    measures = zip(astuple(quality), astuple(least), strict=True)
    worst = min(float(value / wanted) for value, wanted in measures if value is not None)
    return min(1.0, worst)


def obstacle(quality: Quality | None, least: Quality) -> Reason | None:
    """What keeps a face from being read; None where nothing does."""
    if quality is not None:
        for name, (reason, _) in REASONS.items():
            value = getattr(quality, name)
            if value is not None and value < getattr(least, name):
                return reason
    return None


def gated(emotion: Estimate[Emotion], quality: Quality, least: Quality) -> Estimate[Emotion]:
    """The same estimate, not to be acted on where the face cannot be seen well enough."""
    found = obstacle(quality, least)
    if found is None:
        return emotion
    return Estimate(emotion.probabilities, certain=False, reason=WORDS[found], reason_code=found)


WORDS: Mapping[Reason, str] = dict(REASONS.values())


def _percentile(values: NDArray[np.int32], share: float) -> float:
    """The smallest value that at least so large a share of the values does not exceed."""
    rank = math.ceil(share * values.size) - 1
    return float(np.partition(values, rank, axis=None)[rank])


def _sharpness(levels: NDArray[np.int32], middle: NDArray[np.int32]) -> float:
    """Mean square of the Laplacian, divided by the variance of the grey levels."""
    neighbours = levels[7:55, _MIDDLE] + levels[9:57, _MIDDLE] + levels[_MIDDLE, 7:55] + levels[_MIDDLE, 9:57]
    laplacian = 4 * middle - neighbours
    return float(np.mean(np.square(laplacian)) / max(_LEAST_VARIANCE, float(middle.var())))


def _balance(detail: NDArray[np.int32]) -> float:
    """1 less the distance of the detail's centre of mass from the middle column, in half widths."""
    columns = detail.sum(axis=0)
    total = float(columns.sum())
    if total == 0:
        return 1.0
    positions = (np.arange(SIDE) - (SIDE - 1) / 2) / (SIDE / 2)
    return 1.0 - abs(float(columns @ positions) / total)


def _features(detail: NDArray[np.int32]) -> float:
    """The upper quartile of detail in the poorest of three regions, divided by that of the middle."""
    whole = max(_LEAST_DETAIL, _percentile(detail[_MIDDLE, _MIDDLE], 0.75))
    return min(_percentile(detail[rows, columns], 0.75) for rows, columns in _EYES_AND_MOUTH) / whole


def _edge(box: Box, width: int, height: int) -> float:
    gap = min(box.x, box.y, width - box.x - box.width, height - box.y - box.height)
    return max(0.0, gap / box.width)
