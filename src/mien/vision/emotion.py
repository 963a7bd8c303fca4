"""From a face's pixels to an estimate of its emotion, by the paper's MobileNet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien.artifacts import Network, apply_temperature
from mien.domain import Box, Emotion, Estimate, Reason, undecided
from mien.errors import ArtifactError
from mien.vision.pictures import to_grey
from mien.vision.reading import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from mien.artifacts import Artifact

HEAD = "emotions"
# A head that some artifacts have beside it: the same labels as another source gave them. Only scored.
SECOND_HEAD = "second"
INPUT = "face"
# Below this spread of grey levels a crop is flat; dividing by less would only blow up its noise.
LEAST_SPREAD = 8.0


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a face becomes the network's input.

    Attributes:
        resolution: side of the square input, in pixels.
        channels: 1 for grey, 3 for RGB.
        margin: how much wider than the detector's box the crop is, on each side, as a share of the box's
            width; below 0 it is narrower.
    """

    resolution: int = 64
    channels: int = 1
    margin: float = 0.0

    def __post_init__(self) -> None:
        if self.resolution < 1 or self.channels not in (1, 3) or not self.margin > -0.5:  # noqa: PLR2004
            raise ValueError(f"there is no such input: {self}")

    @classmethod
    def from_artifact(cls, values: Mapping[str, Any]) -> Preprocessing:
        """What an artifact says of it.

        Raises:
            ArtifactError: the artifact was made for another preprocessing.
        """
        try:
            return cls(int(values["resolution"]), int(values["channels"]), float(values["margin"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"the emotion artifact's preprocessing is not one this Mien knows: {error}"
            ) from None


def crop(
    picture: NDArray[np.uint8], box: Box, margin: float, angle_degrees: float = 0.0
) -> NDArray[np.uint8]:
    """Cut a square around ``box`` out of ``picture``; what lies outside the picture repeats its edge.

    Args:
        picture: shape ``[height, width]`` or ``[height, width, 3]``.
        box: in the picture's pixels.
        margin: as in :class:`Preprocessing`.
        angle_degrees: how far the head leans, clockwise as it is seen; in the crop it stands upright.

    Returns:
        A square picture with the same number of channels, at least 1 pixel wide.
    """
    side = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    left = round(box.x + (box.width - side) / 2)
    top = round(box.y + (box.height - side) / 2)
    height, width = picture.shape[:2]
    if angle_degrees:
        middle = (box.x + (box.width - 1) / 2, box.y + (box.height - 1) / 2)
        turn = cv2.getRotationMatrix2D(middle, angle_degrees, 1.0)
        turn[0, 2] += (side - 1) / 2 - middle[0]
        turn[1, 2] += (side - 1) / 2 - middle[1]
        upright = cv2.warpAffine(picture, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(upright, dtype=np.uint8)
    if left >= 0 and top >= 0 and left + side <= width and top + side <= height:
        return picture[top : top + side, left : left + side]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    return picture[np.ix_(rows, columns)]


def resize(face: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Bring a face to the network's size and channels.

    Args:
        face: shape ``[h, w]`` or ``[h, w, 3]`` (RGB).
        preprocessing: the size and channels.

    Returns:
        Shape ``[resolution, resolution, channels]``, uint8.
    """
    if preprocessing.channels == 1:
        face = to_grey(face)
    elif preprocessing.channels == 3 and face.ndim == 2:  # noqa: PLR2004
        face = np.asarray(cv2.cvtColor(face, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    size = preprocessing.resolution
    shrinks = min(face.shape[:2]) > size
    sized = cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return sized.reshape(size, size, preprocessing.channels).astype(np.uint8, copy=False)


def standardise(faces: NDArray[np.generic]) -> NDArray[np.float32]:
    """Give each face mean 0 and spread 1, so that the light on it does not matter.

    Args:
        faces: shape ``[n, s, s, channels]``, grey levels 0 to 255.

    Returns:
        The same shape, float32.
    """
    values = faces.astype(np.float32)
    mean = values.mean(axis=(1, 2, 3), keepdims=True)
    spread = values.std(axis=(1, 2, 3), keepdims=True)
    standard: NDArray[np.float32] = (values - mean) / np.maximum(spread, LEAST_SPREAD)
    return standard


def network_input(faces: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """The one way from cropped faces to the network's input.

    Training takes the same two steps, :func:`resize` and :func:`standardise`, and changes faces in between.

    Returns:
        Shape ``[n, resolution, resolution, channels]``, float32.
    """
    return standardise(np.stack([resize(face, preprocessing) for face in faces]))


class EmotionNetwork:
    """The emotion artifact at work.

    Args:
        artifact: the trained network.
        head: which of its heads to ask; another than the first has a decision of its own.

    Raises:
        ArtifactError: the head does not give the seven emotions, or does not say how to decide on them.
    """

    def __init__(self, artifact: Artifact, head: str = HEAD) -> None:
        self.preprocessing = Preprocessing.from_artifact(artifact.preprocessing)
        self._head = head
        self._labels = artifact.heads.get(head, ())
        if not set(Emotion) <= set(self._labels):
            raise ArtifactError(
                f"{artifact.folder} does not estimate the seven emotions (head {head}); train it on them"
            )
        decision = artifact.decision if head == HEAD else artifact.decision.get(head) or {}
        self._least_confidence = ReadingRules.from_artifact(artifact.decision).least_confidence
        self._temperature = _temperature(artifact, decision)
        self._offsets = _offsets(artifact, decision, self._labels)
        self._network = Network(artifact)

    def estimate(self, faces: Sequence[NDArray[np.uint8]]) -> list[Estimate[Emotion]]:
        """Estimate the emotion of cropped faces.

        Args:
            faces: each ``[h, w]`` or ``[h, w, 3]`` (RGB), uint8.

        Returns:
            One calibrated estimate each, in order.
        """
        if not faces:
            return []
        raw = self._network.run(network_input(faces, self.preprocessing))[self._head]
        return [self._decide(row) for row in raw]

    def _decide(self, raw: NDArray[np.float32]) -> Estimate[Emotion]:
        """Temperature and offsets, then the seven emotions alone, then whether they are sure enough."""
        scaled = apply_temperature(raw.astype(np.float64), self._temperature, self._offsets)
        seven = {e: float(scaled[self._labels.index(e)]) for e in Emotion}
        total = sum(seven.values())
        probabilities = {e: value / total for e, value in seven.items()}
        reason = undecided(probabilities, self._least_confidence)
        return Estimate(probabilities, reason is None, reason, Reason.UNDECIDED if reason else None)


def _temperature(artifact: Artifact, decision: Mapping[str, Any]) -> float:
    value = decision.get("temperature")
    if not isinstance(value, (int, float)) or not value > 0:
        raise ArtifactError(f"{artifact.folder} names no temperature above 0 ({value}); train it again")
    return float(value)


def _offsets(artifact: Artifact, decision: Mapping[str, Any], labels: Sequence[str]) -> NDArray[np.float64]:
    """What is added to each label's logit, so that rare emotions get their due; 0 where nothing is said."""
    given = decision.get("offsets") or {}
    try:
        offsets = np.array([float(given[label]) if given else 0.0 for label in labels])
    except (KeyError, TypeError, ValueError):
        offsets = np.array([np.nan])
    if not np.isfinite(offsets).all():
        raise ArtifactError(f"{artifact.folder} names no offset for each of its labels; train it again")
    return offsets
