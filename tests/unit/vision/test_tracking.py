"""One photograph, moved, sized and turned from frame to frame: its face is followed and keeps its number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import mien.demo
from mien.vision.detect import HaarDetector
from mien.vision.look import Place
from mien.vision.pictures import read_picture
from mien.vision.tracking import FaceTracker, steadied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.vision.detect import FoundFace

PHOTOGRAPH = Path(mien.demo.__file__).parent / "photograph.jpg"
MIDDLE, WIDTH = (224.0, 113.0), 100.0
FRAME_S = 1 / 25


class Counting(HaarDetector):
    """Counts how often the whole frame is searched."""

    searches = 0

    def places(self, picture: NDArray[np.uint8], *, turned: bool = True) -> list[Place]:
        self.searches += 1
        return super().places(picture, turned=turned)


@pytest.fixture(scope="module")
def portrait() -> NDArray[np.uint8]:
    return read_picture(PHOTOGRAPH)


@pytest.fixture
def detector() -> Counting:
    return Counting()


def frame(
    portrait: NDArray[np.uint8], x: float, y: float, scale: float = 1.0, degrees: float = 0.0
) -> NDArray[np.uint8]:
    """320 x 240 pixels in which the middle of the face is at (x, y); it leans clockwise by ``degrees``."""
    matrix = cv2.getRotationMatrix2D(MIDDLE, -degrees, scale)
    matrix[:, 2] += np.array([x, y]) - MIDDLE
    return np.asarray(cv2.warpAffine(portrait, matrix, (320, 240), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def assert_near(face: FoundFace, x: float, y: float, width: float = WIDTH) -> None:
    box = face.box
    assert np.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < 0.2 * width
    assert 0.75 < box.width / width < 1.3


def test_a_moving_face_keeps_its_number_and_the_frame_is_searched_seldom(
    detector: Counting, portrait: NDArray[np.uint8]
):
    tracker = FaceTracker(detector)
    for n in range(27):
        x, y = 110 + 4 * n, 110 + 0.5 * n
        (face,) = tracker.find(frame(portrait, x, y), n * FRAME_S)
        assert face.id == 1
        assert_near(face, x, y)
    assert detector.searches == 3  # at the beginning and each half second


def test_a_face_that_comes_nearer_is_followed_in_size(detector: Counting, portrait: NDArray[np.uint8]):
    tracker = FaceTracker(detector)
    for n in range(13):
        scale = 0.7 * 1.04**n
        (face,) = tracker.find(frame(portrait, 160, 120, scale), n * FRAME_S)
        assert face.id == 1
        assert_near(face, 160, 120, WIDTH * scale)
    assert detector.searches == 1


def test_a_leaning_head_is_followed(detector: Counting, portrait: NDArray[np.uint8]):
    tracker = FaceTracker(detector)
    for n in range(15):
        (face,) = tracker.find(frame(portrait, 160, 120, degrees=20), n * FRAME_S)
        assert face.id == 1
        assert 12 < face.angle_degrees < 35
    assert detector.searches == 2


def test_a_face_that_leaves_is_gone_at_once_and_is_the_same_when_it_comes_back_soon(
    detector: Counting, portrait: NDArray[np.uint8]
):
    tracker, there, empty = (
        FaceTracker(detector),
        frame(portrait, 160, 120),
        np.full((240, 320, 3), 90, np.uint8),
    )
    assert [face.id for face in tracker.find(there, 0.0)] == [1]
    assert tracker.find(empty, 0.1) == []
    assert tracker.find(empty, 0.2) == []
    assert [face.id for face in tracker.find(there, 0.3)] == [1]
    assert tracker.find(empty, 0.4) == []
    assert [face.id for face in tracker.find(there, 2.4)] == [2]


def test_a_second_face_gets_a_number_of_its_own_within_half_a_second(
    detector: Counting, portrait: NDArray[np.uint8]
):
    tracker = FaceTracker(detector)
    one, empty = frame(portrait, 150, 120), np.full((240, 320, 3), 90, np.uint8)
    seen = [tracker.find(np.hstack([one, empty]), n * 0.1) for n in range(3)]
    assert [[face.id for face in faces] for faces in seen] == [[1]] * 3
    seen = [tracker.find(np.hstack([one, one]), n * 0.1) for n in range(3, 9)]
    assert {face.id for face in seen[-1]} == {1, 2}
    assert next(face for face in seen[-1] if face.id == 2).box.x > 320


def test_after_a_cut_the_face_is_another(detector: Counting, portrait: NDArray[np.uint8]):
    tracker = FaceTracker(detector)
    wide = np.full((240, 320, 3), 90, np.uint8)
    (left,) = tracker.find(np.hstack([frame(portrait, 150, 120), wide]), 0.0)
    (right,) = tracker.find(np.hstack([wide, frame(portrait, 150, 120)]), FRAME_S)
    assert (left.id, right.id) == (1, 2)
    assert right.box.x > 320


def test_frames_far_apart_are_searched_whole(detector: Counting, portrait: NDArray[np.uint8]):
    tracker = FaceTracker(detector)
    for n in range(3):
        tracker.find(frame(portrait, 160, 120), n * 2.0)
    assert detector.searches == 3


def test_boxes_of_a_face_that_stays_tremble_less_than_when_each_frame_is_searched(
    detector: Counting, portrait: NDArray[np.uint8]
):
    rng = np.random.default_rng(4)
    tracker, still = FaceTracker(detector), frame(portrait, 160, 120).astype(float)
    noisy = [np.clip(still + rng.normal(0, 8, still.shape), 0, 255).astype(np.uint8) for _ in range(25)]

    def tremble(faces: list[FoundFace]) -> float:
        places = np.array([(face.box.x, face.box.y, face.box.width) for face in faces], dtype=float)
        return float(np.abs(np.diff(places, axis=0)).mean())

    followed = tremble([tracker.find(picture, n * FRAME_S)[0] for n, picture in enumerate(noisy)])
    searched = tremble([detector.find(picture)[0] for picture in noisy])
    assert followed < 0.7 * searched


def test_a_small_move_is_steadied_and_a_large_one_is_not():
    before = Place(100, 100, 50)
    assert steadied(before, Place(101, 100, 50), 0.03).x == pytest.approx(100.29, abs=0.02)
    assert steadied(before, Place(101, 100, 50), 10.0).x == pytest.approx(101, abs=0.01)
    assert steadied(before, Place(110, 104, 55), 0.03) == Place(110, 104, 55)


def test_half_of_a_small_turn_is_believed_and_all_of_a_large_one():
    before = Place(100, 100, 50, 6)
    assert steadied(before, Place(100, 100, 50, 10), 0.03).degrees == 8
    assert steadied(before, Place(100, 100, 50, 20), 0.03).degrees == 20
