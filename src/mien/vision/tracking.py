"""Following faces from frame to frame: quicker than searching every frame, and each face keeps its number.

A face is looked for first where it was, at the size and tilt that it had; the whole frame is searched when a
face is lost, and every now and then for new ones. Boxes are steadied, so that the crop does not tremble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mien.vision.detect import LEAST_WINDOWS, SAME_FACE_OVERLAP, FoundFace, overlap

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from mien.vision.detect import HaarDetector
    from mien.vision.look import Place

# The whole frame is searched this often: for new faces, and whether those that are followed are faces still.
SEARCH_EVERY_S = 0.5
# Frames that are further apart are searched whole: a face may be anywhere by then.
LONGEST_GAP_S = 0.5
# A face that comes back near to where it was, within this time, is the same.
REMEMBERED_S = 1.5
# A box goes half of its way to where the face is seen now in this time, and at once when the face moves by
# this share of its width.
STEADY_HALF_LIFE_S = 0.06
MOVED_SHARE = 0.12
# A tilt is known to some degrees only: up to this, half of a change is believed.
TURNED_DEGREES = 10.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A face that is followed.

    Attributes:
        id: from 1 up, never used again.
        place: steadied.
        seen_s: when it was seen last.
    """

    id: int
    place: Place
    seen_s: float


class FaceTracker:
    """Finds the faces in the frames of one video, in order.

    Args:
        detector: searches and looks.
    """

    def __init__(self, detector: HaarDetector) -> None:
        self._detector = detector
        self._known: list[Followed] = []
        self._now_s = 0.0
        self._searched_s: float | None = None
        self._last_id = 0

    def find(self, picture: NDArray[np.uint8], time_s: float | None = None) -> list[FoundFace]:
        """Find faces in the next frame.

        Args:
            picture: shape ``[height, width]`` (grey) or ``[height, width, 3]`` (RGB), uint8.
            time_s: of the frame; not before the frame before it.

        Returns:
            The faces with their numbers, the largest first.
        """
        before_s, self._now_s = self._now_s, max(self._now_s, time_s or 0.0)
        self._known = [face for face in self._known if self._now_s - face.seen_s <= REMEMBERED_S]
        in_view = [face for face in self._known if face.seen_s == before_s]
        followed: list[Followed] = []
        for face in in_view:
            seen = self._follow(picture, face)
            if seen is not None and _nearest(seen.place, followed) is None:  # else two follow one
                followed.append(seen)
        if self._must_search(before_s, len(followed) < len(in_view) or not in_view):
            followed = self._search(picture)
        self._known = followed + [face for face in self._known if not _has(followed, face.id)]
        height, width = picture.shape[:2]
        ranked = sorted(followed, key=lambda face: face.place.size, reverse=True)
        return [FoundFace(f.place.box(width, height), f.place.degrees, f.id) for f in ranked]

    def _must_search(self, before_s: float, lost: bool) -> bool:  # noqa: FBT001
        due = self._searched_s is None or self._now_s - self._searched_s >= SEARCH_EVERY_S
        return lost or due or self._now_s - before_s > LONGEST_GAP_S

    def _follow(self, picture: NDArray[np.uint8], face: Followed) -> Followed | None:
        """The face in this frame, close to where it was; None where it is not."""
        look = self._detector.closely.follow(picture, face.place)
        if look.windows < LEAST_WINDOWS:
            return None
        place = steadied(face.place, look.place, self._now_s - face.seen_s)
        return replace(face, place=place, seen_s=self._now_s)

    def _search(self, picture: NDArray[np.uint8]) -> list[Followed]:
        """The faces in the whole frame; those that are known keep their numbers.

        For heads that lean too far for the upright search it is searched now and then only: it takes long.
        """
        due = self._searched_s is None or self._now_s - self._searched_s >= SEARCH_EVERY_S
        if due:
            self._searched_s = self._now_s
        seen: list[Followed] = []
        for place in self._detector.places(picture, turned=due):
            same = _nearest(place, (face for face in self._known if not _has(seen, face.id)))
            if same is None:
                self._last_id += 1
                seen.append(Followed(self._last_id, place, self._now_s))
            else:
                moved = steadied(same.place, place, self._now_s - same.seen_s)
                seen.append(Followed(same.id, moved, self._now_s))
        return seen


def steadied(before: Place, now: Place, passed_s: float) -> Place:
    """Between where a face was and where it is seen, the nearer to the latter the further it moved."""
    moved = max(abs(now.x - before.x), abs(now.y - before.y), abs(now.size - before.size))
    share = 1.0 - 0.5 ** (passed_s / STEADY_HALF_LIFE_S)
    share = min(1.0, max(share, moved / (MOVED_SHARE * before.size)))
    turned = now.degrees - before.degrees
    turned *= 1.0 if abs(turned) > TURNED_DEGREES else 0.5
    return replace(
        now,
        degrees=before.degrees + turned,
        x=before.x + share * (now.x - before.x),
        y=before.y + share * (now.y - before.y),
        size=before.size + share * (now.size - before.size),
    )


def _nearest(place: Place, faces: Iterable[Followed]) -> Followed | None:
    """The known face that overlaps a place most, if any does enough."""
    shares = [(overlap(place, face.place), face) for face in faces]
    best = max(shares, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= SAME_FACE_OVERLAP else None


def _has(faces: Iterable[Followed], number: int) -> bool:
    return any(face.id == number for face in faces)
