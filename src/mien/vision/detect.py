"""Finding frontal faces with the paper's detector: OpenCV's Haar cascade (Viola and Jones 2001)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import cv2.data
import numpy as np

from mien.domain import Box
from mien.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

CASCADE = "haarcascade_frontalface_default.xml"
# The picture is searched at a size where the cascade's 24-pixel window is neither lost nor wasted.
LONGEST_SIDE = 800
SHORTEST_SIDE = 160
SCALE_STEP = 1.1
NEIGHBOURS = 4
LEAST_FACE = 40
LEAST_FACE_SHARE = 0.08
# A head that leans is looked for when no upright face is found.
TILTS_DEGREES = (-20.0, 20.0)
# The cascade's last stage gives each find a weight. Measured on posed portraits, faces reach 3.2 and more
# (4.6 where the picture is turned); things that are no face mostly stay below.
LEAST_WEIGHT = 3.0
LEAST_WEIGHT_TILTED = 4.5
# Two boxes are one face when the smaller shares this much of itself with the larger.
SAME_FACE_OVERLAP = 0.4


class HaarDetector:
    """Finds the frontal faces in a picture.

    Raises:
        ImageError: OpenCV's cascade file is not there.
    """

    def __init__(self) -> None:
        path = Path(cv2.data.haarcascades) / CASCADE
        self._cascade = cv2.CascadeClassifier(str(path)) if path.is_file() else cv2.CascadeClassifier()
        if self._cascade.empty():
            raise ImageError(f"OpenCV came without {CASCADE}; install opencv-python-headless 4 again")

    def detect(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Find faces.

        Args:
            picture: shape ``[height, width]`` (grey) or ``[height, width, 3]`` (RGB), uint8.

        Returns:
            Boxes within the picture, the largest first; none where there is no face.
        """
        grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))  # noqa: PLR2004
        height, width = grey.shape
        scale = _search_scale(width, height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(grey, size, interpolation=how), dtype=np.uint8)
        found = self._search(small, LEAST_WEIGHT)
        if not found:
            found = [box for angle in TILTS_DEGREES for box in self._search_tilted(small, angle)]
        boxes = (_unscaled(box, scale, width, height) for box in merged(found))
        return sorted(boxes, key=lambda box: box.area, reverse=True)

    def _search(self, grey: NDArray[np.uint8], least_weight: float) -> list[tuple[Box, float]]:
        """Boxes with their weights, as the cascade finds them."""
        least = max(LEAST_FACE, round(min(grey.shape) * LEAST_FACE_SHARE))
        rectangles, _, weights = self._cascade.detectMultiScale3(
            grey, SCALE_STEP, NEIGHBOURS, minSize=(least, least), outputRejectLevels=True
        )
        pairs = zip(rectangles, np.asarray(weights).ravel(), strict=True)
        return [(Box(*map(int, box)), float(weight)) for box, weight in pairs if weight >= least_weight]

    def _search_tilted(self, grey: NDArray[np.uint8], degrees: float) -> list[tuple[Box, float]]:
        height, width = grey.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turned = cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        back = cv2.invertAffineTransform(turn)
        found = []
        for box, weight in self._search(np.asarray(turned, dtype=np.uint8), LEAST_WEIGHT_TILTED):
            x, y = back @ np.array([box.x + box.width / 2, box.y + box.height / 2, 1.0])
            if 0 <= x < width and 0 <= y < height:  # beyond the edges turning made up what is seen
                left, top = round(x - box.width / 2), round(y - box.height / 2)
                found.append((Box(left, top, box.width, box.height), weight))
        return found


def merged(found: Iterable[tuple[Box, float]]) -> list[Box]:
    """One box a face: of those that overlap, the one with the largest weight."""
    kept: list[Box] = []
    for box, _ in sorted(found, key=lambda pair: pair[1], reverse=True):
        if all(_overlap(box, other) < SAME_FACE_OVERLAP for other in kept):
            kept.append(box)
    return kept


def _overlap(a: Box, b: Box) -> float:
    """Share of the smaller box that lies in the other."""
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(0, wide) * max(0, high) / max(1, min(a.area, b.area))


def _search_scale(width: int, height: int) -> float:
    shrink = LONGEST_SIDE / max(width, height)
    enlarge = SHORTEST_SIDE / min(width, height)
    return shrink if shrink < 1 else max(1.0, min(enlarge, shrink))


def _unscaled(box: Box, scale: float, width: int, height: int) -> Box:
    left, top = max(0, round(box.x / scale)), max(0, round(box.y / scale))
    right = min(width, round((box.x + box.width) / scale))
    bottom = min(height, round((box.y + box.height) / scale))
    return Box(left, top, max(1, right - left), max(1, bottom - top))
