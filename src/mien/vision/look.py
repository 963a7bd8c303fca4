"""A close look at where a face may be: is it one, where exactly, and how far is the head tilted.

The paper's cascade (Viola and Jones 2001) answers one window at a time. A real face is found by many
windows of slightly different place and size, a chance likeness by few; and two cascades that were trained
apart seldom err at the same place. So windows are counted, with both, on the square of the likely face.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import cv2.data
import numpy as np

from mien.domain import Box
from mien.errors import ImageError
from mien.vision.pictures import to_grey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

CASCADE = "haarcascade_frontalface_default.xml"
SECOND_CASCADE = "haarcascade_frontalface_alt2.xml"
# The likely face is brought to this many pixels, in a square so many times as wide.
FACE_PX = 36
AROUND = 1.6
# Turning the square needs what lies beyond its corners.
REACH = 2.3
STEP = 1.1
SMALLEST, LARGEST = 0.8, 1.31
# Heads are tried at these tilts; between them the count of windows tells.
TILT_STEP_DEGREES = 15.0
MOST_TILT_DEGREES = 35.0
# A head that leans less is upright: the estimate is no finer.
LEAST_TILT_DEGREES = 5.0
# How far the windows of one face may lie from where it was expected, in its widths.
NEAR = 0.35


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face may be, in the pixels of a picture.

    Attributes:
        x: its middle.
        y: likewise.
        size: of the square from brows to chin, as wide as it is high.
        degrees: how far it leans: above 0 clockwise, as it is seen.
    """

    x: float
    y: float
    size: float
    degrees: float = 0.0

    def box(self, width: int, height: int) -> Box:
        """The upright square of this size, cut to the picture."""
        left, top = round(self.x - self.size / 2), round(self.y - self.size / 2)
        right, bottom = min(width, left + round(self.size)), min(height, top + round(self.size))
        left, top = max(0, min(left, width - 1)), max(0, min(top, height - 1))
        return Box(left, top, max(1, right - left), max(1, bottom - top))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: the middle of the windows that found a face, and how many there were."""

    place: Place
    windows: int


def load_cascade(name: str) -> cv2.CascadeClassifier:
    """One of OpenCV's cascades.

    Raises:
        ImageError: its file is not there.
    """
    path = Path(cv2.data.haarcascades) / name
    cascade = cv2.CascadeClassifier(str(path)) if path.is_file() else cv2.CascadeClassifier()
    if cascade.empty():
        raise ImageError(f"OpenCV came without {name}; install opencv-python-headless 4 again")
    return cascade


class CloseLook:
    """Looks closely at places in a picture.

    Raises:
        ImageError: OpenCV's cascade files are not there.
    """

    def __init__(self) -> None:
        self._first = load_cascade(CASCADE)
        self._second = load_cascade(SECOND_CASCADE)

    def settle(self, picture: NDArray[np.uint8], place: Place) -> tuple[Look, int]:
        """Find where a face that may be at ``place`` is, and how it leans.

        Args:
            picture: shape ``[height, width]`` (grey) or ``[height, width, 3]`` (RGB).
            place: the guess.

        Returns:
            The look at its tilt, and how many windows the second cascade finds there.
        """
        square = cut(picture, place)
        looks = {steps: self._look(square, place, steps) for steps in (0, -1, 1)}
        best = max(looks, key=lambda steps: looks[steps].windows)
        if best:
            looks[2 * best] = self._look(square, place, 2 * best)
            best = max(looks, key=lambda steps: looks[steps].windows)
        before, at, after = (looks[n].windows if n in looks else 0 for n in (best - 1, best, best + 1))
        tilt = _tilt(place.degrees + (best + _peak(before, at, after)) * TILT_STEP_DEGREES)
        seconded = len(_windows(self._second, turned(square, tilt)))
        return Look(_middle(looks.values(), tilt, place), looks[best].windows), seconded

    def follow(self, picture: NDArray[np.uint8], place: Place) -> Look:
        """One look at ``place``, as it leans."""
        return self._look(cut(picture, place), place, 0)

    def _look(self, square: NDArray[np.uint8], place: Place, steps: int) -> Look:
        """One look at the square around ``place``, leaning by so many steps more."""
        degrees = place.degrees + steps * TILT_STEP_DEGREES
        found = _windows(self._first, turned(square, degrees))
        middles = found[:, :2] + found[:, 2:] / 2 - AROUND * FACE_PX / 2
        near = np.hypot(middles[:, 0], middles[:, 1]) < NEAR * FACE_PX
        if not near.any():
            return Look(place, 0)
        (x, y), size = middles[near].mean(axis=0), float(found[near, 2].mean())
        scale, angle = place.size / FACE_PX, np.deg2rad(degrees)
        across, down = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
        moved = Place(place.x + scale * across, place.y + scale * down, scale * size, degrees)
        return Look(moved, int(near.sum()))


def _middle(looks: Iterable[Look], degrees: float, otherwise: Place) -> Place:
    """The middle of all windows of several looks: more of them make a steadier box."""
    seen = [(look.windows, look.place) for look in looks if look.windows]
    if not seen:
        return otherwise
    x, y, size = np.average([(p.x, p.y, p.size) for _, p in seen], axis=0, weights=[n for n, _ in seen])
    return Place(float(x), float(y), float(size), degrees)


def cut(picture: NDArray[np.uint8], place: Place) -> NDArray[np.uint8]:
    """The square around ``place`` in grey, in which the face is ``FACE_PX`` wide; edges are repeated.

    Returns:
        Shape ``[side, side]``, upright as the picture is.
    """
    height, width = picture.shape[:2]
    scale = FACE_PX / place.size
    side = round(FACE_PX * REACH)
    left, top = place.x - place.size * REACH / 2, place.y - place.size * REACH / 2
    x0, y0 = max(0, round(left)), max(0, round(top))
    x1 = min(width, max(x0 + 1, round(left + place.size * REACH)))
    y1 = min(height, max(y0 + 1, round(top + place.size * REACH)))
    inside = picture[y0:y1, x0:x1]
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = to_grey(np.asarray(cv2.resize(inside, size, interpolation=how), dtype=np.uint8))
    before_x, before_y = max(0, round((x0 - left) * scale)), max(0, round((y0 - top) * scale))
    after_x, after_y = max(0, side - before_x - size[0]), max(0, side - before_y - size[1])
    whole = cv2.copyMakeBorder(small, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE)
    return np.asarray(whole[:side, :side], dtype=np.uint8)


def turned(square: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The middle of a square, turned so that what leans by ``degrees`` stands upright."""
    side = round(FACE_PX * AROUND)
    offset = (square.shape[0] - side) / 2
    if not degrees:
        start = int(offset)
        return square[start : start + side, start : start + side]
    matrix = cv2.getRotationMatrix2D(((square.shape[1] - 1) / 2, (square.shape[0] - 1) / 2), degrees, 1.0)
    matrix[:, 2] -= offset
    upright = cv2.warpAffine(square, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(upright, dtype=np.uint8)


def _windows(cascade: cv2.CascadeClassifier, square: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Every window that the cascade takes for a face: x, y, width; shape ``[n, 3]``."""
    least, most = round(FACE_PX * SMALLEST), round(FACE_PX * LARGEST)
    found = cascade.detectMultiScale(square, STEP, 0, minSize=(least, least), maxSize=(most, most))
    return np.asarray(found, dtype=np.float64).reshape(-1, 4)[:, :3]


def _peak(before: int, at: int, after: int) -> float:
    """Where between -0.5 and 0.5 steps the top of a parabola through three counts lies."""
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, (before - after) / (2 * bend)))


def _tilt(degrees: float) -> float:
    if abs(degrees) < LEAST_TILT_DEGREES:
        return 0.0
    return max(-MOST_TILT_DEGREES, min(MOST_TILT_DEGREES, degrees))
