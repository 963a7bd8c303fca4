"""Faces found, and their emotion unchanged, when the light, the tilt, the size and the place change.

    python benchmarks/face_robustness.py ../shared/data/faces/kdef [EVERY [ARTIFACT]]

Every EVERY-th picture of labelled portraits is read as given and changed. KDEF's are cut so tightly that the
face fills them, so its edge is repeated around the picture (30% of its width) before it is tilted or shifted.
A face counts as found where the largest box overlaps the place of the one found as given, carried through the
change, by more than 0.4 of their union; of a picture in which none is found as given, none counts under any
change. An emotion counts as unchanged where the face is found and its most probable emotion is the same.
``flat`` is what the crop gives when it is not turned upright. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien import artifacts
from mien.training.datasets import read_labelled
from mien.vision.detect import FoundFace, HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Change = Callable[[Picture], tuple[Picture, NDArray[np.float64]]]

BORDER = 0.3
SHIFT = 0.2


def lit(factor: float) -> Change:
    """Every grey level times ``factor``."""
    return lambda picture: (np.clip(picture * factor, 0, 255).astype(np.uint8), np.eye(2, 3))


def sized(scale: float) -> Change:
    """Larger or smaller."""
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return lambda picture: (
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how),
        scale * np.eye(2, 3),
    )


def moved(degrees: float = 0.0, right: float = 0.0, down: float = 0.0) -> Change:
    """Turned clockwise about its middle, and moved by shares of its width, in a repeated border."""

    def change(picture: Picture) -> tuple[Picture, NDArray[np.float64]]:
        side = picture.shape[1]
        border = round(side * BORDER)
        wide = cv2.copyMakeBorder(picture, *[border] * 4, cv2.BORDER_REPLICATE)
        middle = (wide.shape[1] / 2, wide.shape[0] / 2)
        matrix = cv2.getRotationMatrix2D(middle, -degrees, 1.0)
        matrix[:, 2] += (right * side, down * side)
        size = (wide.shape[1], wide.shape[0])
        changed = cv2.warpAffine(wide, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        matrix[:, 2] += matrix[:, :2] @ (border, border)
        return changed, matrix

    return change


CHANGES: dict[str, Change] = {
    "as given": lambda picture: (picture, np.eye(2, 3)),
    "40% darker": lit(0.6),
    "40% brighter": lit(1.4),
    **{f"tilted {d:+d}": moved(degrees=d) for d in (-20, -15, -10, 10, 15, 20)},
    "half size": sized(0.5),
    "double size": sized(2.0),
    "shifted right": moved(right=SHIFT),
    "shifted left and up": moved(right=-SHIFT, down=-SHIFT),
    "shifted down": moved(down=SHIFT),
}


def same_place(found: FoundFace, given: FoundFace, matrix: NDArray[np.float64]) -> bool:
    """Whether a find lies where the change carried the one in the given picture."""
    box, scale = given.box, math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    x, y = matrix @ (box.x + box.width / 2, box.y + box.height / 2, 1.0)
    w, h = box.width * scale, box.height * scale
    f = found.box
    wide = min(f.x + f.width, x + w / 2) - max(f.x, x - w / 2)
    high = min(f.y + f.height, y + h / 2) - max(f.y, y - h / 2)
    shared = max(0.0, wide) * max(0.0, high)
    return bool(shared / (f.width * f.height + w * h - shared) > 0.4)


def wilson(hits: int, n: int) -> str:
    """A share with its 95% interval."""
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return f"{p:6.1%} ({low:.1%} to {high:.1%})"


def main(data_folder: str, every: str = "1", artifact_folder: str | None = None) -> None:
    """Print a row for each change."""
    artifact = artifacts.chosen(Path(artifact_folder) if artifact_folder else None, "emotion")
    network, detector = EmotionNetwork(artifact), HaarDetector()
    margin = network.preprocessing.margin

    def emotions(picture: Picture, found: FoundFace) -> Iterator[str]:
        for angle in (found.angle_degrees, 0.0):
            yield network.estimate([crop(picture, found.box, margin, angle)])[0].top.value

    data = read_labelled(Path(data_folder))
    examples = data.examples[:: int(every)]
    counts: dict[str, list[NDArray[np.int64]]] = defaultdict(list)
    for example, content in zip(examples, data.read(examples), strict=True):
        picture = read_picture(content)
        given = detector.find(picture)
        before = next(emotions(picture, given[0])) if given else None
        for name, change in CHANGES.items():
            changed, matrix = change(picture)
            found = detector.find(changed) if given else []
            if not found or not same_place(found[0], given[0], matrix):
                counts[name].append(np.zeros(5, dtype=np.int64))
                continue
            after, flat = emotions(changed, found[0])
            label = example.label
            counts[name].append(np.array([1, after == before, after == label, flat == before, flat == label]))
    print(f"{len(examples)} pictures, {artifact.version}")
    print(f"{'':20} {'found':26} {'emotion unchanged':26} {'right':8} {'flat: unchanged, right'}")
    for name, rows in counts.items():
        n, (found, unchanged, right, flat, flat_right) = len(rows), np.sum(rows, axis=0)
        print(
            f"{name:20} {wilson(found, n):26} {wilson(unchanged, n):26} {right / n:6.1%}"
            f"   {flat / n:6.1%} {flat_right / n:6.1%}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
