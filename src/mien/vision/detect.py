"""Finding frontal faces with the paper's detector: OpenCV's Haar cascade (Viola and Jones 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien.vision.look import CASCADE, CloseLook, Place, load_cascade
from mien.vision.pictures import to_grey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from mien.domain import Box

# The picture is searched at a size where the cascade's window is neither lost nor wasted.
LONGEST_SIDE = 800
SHORTEST_SIDE = 160
LEAST_FACE = 40
LEAST_FACE_SHARE = 0.08
# Sizes are searched by octaves, the largest first, each on a picture so small that its least face is one
# window wide. Faces this much smaller than the largest that was found are of people in the background.
WINDOW = 24
SCALE_STEP = 1.2
# Few windows of half the picture and more fit into it; finer steps, which cost little there, give more.
LARGE_SCALE_STEP = 1.1
LEAST_SHARE_OF_LARGEST = 0.4
# Windows that lie this near to each other, in widths, and are this alike in size, show one thing.
SAME_PLACE = 0.25
SAME_SIZE = 1.6
LIKELY_WINDOWS = 2
# What a close look must find before a likely face is one; ``docs/detection.md`` has the measurement.
LEAST_WINDOWS = 3
LEAST_SECOND_WINDOWS = 5
LEAST_SECOND_WINDOWS_TURNED = 8
# A head that leans so far that no window of the upright picture sees it is looked for in turned ones.
TURNS_DEGREES = (-20.0, 20.0)
# Two boxes are one face when the smaller shares this much of itself with the larger.
SAME_FACE_OVERLAP = 0.4


@dataclass(frozen=True, slots=True)
class FoundFace:
    """Where a face is in a picture.

    Attributes:
        box: upright, within the picture.
        angle_degrees: how far the head leans: above 0 clockwise, as it is seen; 0 where it is upright.
        id: the same for the same face from frame to frame of a video; None in a picture.
    """

    box: Box
    angle_degrees: float = 0.0
    id: int | None = None


class HaarDetector:
    """Finds the frontal faces in a picture.

    Raises:
        ImageError: OpenCV's cascade files are not there.
    """

    def __init__(self) -> None:
        self.closely = CloseLook()
        self._cascade = load_cascade(CASCADE)

    def detect(self, picture: NDArray[np.uint8]) -> list[Box]:
        """The boxes of :meth:`find` alone."""
        return [face.box for face in self.find(picture)]

    def find(self, picture: NDArray[np.uint8], time_s: float | None = None) -> list[FoundFace]:
        """Find faces.

        Args:
            picture: shape ``[height, width]`` (grey) or ``[height, width, 3]`` (RGB), uint8.
            time_s: of a frame of a video; it does not matter here.

        Returns:
            The faces, the largest first; none where there is no face.
        """
        del time_s
        height, width = picture.shape[:2]
        return [FoundFace(place.box(width, height), place.degrees) for place in self.places(picture)]

    def places(self, picture: NDArray[np.uint8], *, turned: bool = True) -> list[Place]:
        """As :meth:`find`, in fractions of pixels; heads that lean far are looked for only if ``turned``."""
        scale, grey = _sized(picture)
        found = self._confirmed(grey, self._likely(grey), LEAST_SECOND_WINDOWS)
        if not found and turned:
            likely = (place for turn in TURNS_DEGREES for place in self._turned(grey, turn))
            found = self._confirmed(grey, likely, LEAST_SECOND_WINDOWS_TURNED)
        places = (Place(p.x / scale, p.y / scale, p.size / scale, p.degrees) for p in merged(found))
        return sorted(places, key=lambda place: place.size, reverse=True)

    def _confirmed(
        self, grey: NDArray[np.uint8], likely: Iterable[Place], least_second: int
    ) -> list[tuple[Place, int]]:
        """Those that a close look confirms, where it saw them, and by how many windows."""
        looks = (self.closely.settle(grey, place) for place in likely)
        return [
            (look.place, look.windows)
            for look, seconded in looks
            if look.windows >= LEAST_WINDOWS and seconded >= least_second
        ]

    def _likely(self, grey: NDArray[np.uint8]) -> list[Place]:
        """Where the cascade, taken quickly, finds something at all."""
        shortest = min(grey.shape)
        least = max(float(LEAST_FACE), shortest * LEAST_FACE_SHARE)
        windows: list[Place] = []
        groups: list[list[Place]] = []
        for smallest, largest in _octaves(least, shortest):
            found = max((_middle(group).size for group in groups), default=0.0)
            start = max(smallest, found * LEAST_SHARE_OF_LARGEST)
            if start < largest:
                windows += self._windows(grey, start, largest)
                groups = [group for group in grouped(windows) if len(group) >= LIKELY_WINDOWS]
        return [_middle(group) for group in groups]

    def _windows(self, grey: NDArray[np.uint8], smallest: float, largest: float) -> Iterator[Place]:
        """Every window of these sizes that the cascade takes for a face."""
        scale = WINDOW / smallest
        small = _resized(grey, scale)
        step = LARGE_SCALE_STEP if 2 * largest >= min(grey.shape) else SCALE_STEP
        most = min(round(largest * scale), *small.shape)
        if most < WINDOW:
            return
        found = self._cascade.detectMultiScale(small, step, 0, minSize=(WINDOW, WINDOW), maxSize=(most, most))
        for x, y, size, _ in found:
            yield Place((x + size / 2) / scale, (y + size / 2) / scale, size / scale)

    def _turned(self, grey: NDArray[np.uint8], degrees: float) -> Iterator[Place]:
        height, width = grey.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        upright = cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        back = cv2.invertAffineTransform(turn)
        for place in self._likely(np.asarray(upright, dtype=np.uint8)):
            x, y = back @ np.array([place.x, place.y, 1.0])
            if 0 <= x < width and 0 <= y < height:  # beyond the edges turning made up what is seen
                yield Place(float(x), float(y), place.size, degrees)


def grouped(windows: Iterable[Place]) -> list[list[Place]]:
    """Windows that show one thing, together."""
    groups: list[list[Place]] = []
    for window in sorted(windows, key=lambda place: place.size):
        for group in groups:
            if _alike(_middle(group), window):
                group.append(window)
                break
        else:
            groups.append([window])
    return groups


def merged(found: Iterable[tuple[Place, int]]) -> list[Place]:
    """One place a face: of those that overlap, the one with the most windows."""
    kept: list[Place] = []
    for place, _ in sorted(found, key=lambda pair: pair[1], reverse=True):
        if all(overlap(place, other) < SAME_FACE_OVERLAP for other in kept):
            kept.append(place)
    return kept


def overlap(a: Place, b: Place) -> float:
    """Share of the smaller square that lies in the other."""
    least = min(a.size, b.size)
    reach = (a.size + b.size) / 2
    wide = min(least, reach - abs(a.x - b.x))
    high = min(least, reach - abs(a.y - b.y))
    return max(0.0, wide) * max(0.0, high) / (least * least)


def _alike(a: Place, b: Place) -> bool:
    small, large = sorted((a.size, b.size))
    return max(abs(a.x - b.x), abs(a.y - b.y)) < SAME_PLACE * large and large < SAME_SIZE * small


def _middle(group: list[Place]) -> Place:
    n = len(group)
    return Place(sum(p.x for p in group) / n, sum(p.y for p in group) / n, sum(p.size for p in group) / n)


def _octaves(least: float, most: float) -> list[tuple[float, float]]:
    """Ranges of sizes from ``least`` to ``most``, each twice the one after it; the largest first."""
    ranges = []
    while least < most:
        ranges.append((least, min(2 * least, most)))
        least *= 2
    return ranges[::-1]


def _sized(picture: NDArray[np.uint8]) -> tuple[float, NDArray[np.uint8]]:
    """The picture in grey, at the size at which it is searched, and what it was multiplied by."""
    shrink = LONGEST_SIDE / max(picture.shape[:2])
    enlarge = SHORTEST_SIDE / min(picture.shape[:2])
    scale = shrink if shrink < 1 else max(1.0, min(enlarge, shrink))
    return scale, to_grey(_resized(picture, scale))


def _resized(picture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1:
        return picture
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)
