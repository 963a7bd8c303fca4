"""Faces are found where they are, and only there: one real photograph, and pictures without a face."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import cv2.data
import numpy as np
import pytest

import mien.demo
from mien.errors import ImageError
from mien.vision.detect import HaarDetector, grouped, merged, overlap
from mien.vision.look import Place
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.domain import Box

PHOTOGRAPH = Path(mien.demo.__file__).parent / "photograph.jpg"
# Where the photograph's one face is, as anyone can see: brows to chin, ear to ear.
MIDDLE, WIDTH = (224.0, 113.0), 95.0


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector()


@pytest.fixture(scope="module")
def photograph() -> NDArray[np.uint8]:
    return read_picture(PHOTOGRAPH)


def assert_is_the_face(boxes: list[Box], scale: float = 1.0, middle: tuple[float, float] = MIDDLE) -> None:
    assert len(boxes) == 1
    (box,) = boxes
    x, y = box.x + box.width / 2, box.y + box.height / 2
    assert np.hypot(x - middle[0] * scale, y - middle[1] * scale) < 0.25 * WIDTH * scale
    assert 0.75 < box.width / (WIDTH * scale) < 1.35
    assert box.width == pytest.approx(box.height, abs=2)


def lit(picture: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    return np.clip(picture * factor, 0, 255).astype(np.uint8)


def turned(picture: NDArray[np.uint8], degrees: float) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """The picture turned about its middle, and where the face's middle went."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    moved = matrix @ (*MIDDLE, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), tuple(moved)


def without_face(kind: str) -> NDArray[np.uint8]:
    size = (360, 480)
    rng = np.random.default_rng(5)
    if kind == "noise":
        return rng.integers(0, 256, (*size, 3), np.uint8)
    if kind == "soft noise":
        return cv2.GaussianBlur(rng.integers(0, 256, (*size, 3), np.uint8), (0, 0), 6)
    if kind == "gradient":
        return np.broadcast_to(np.linspace(0, 255, 480).astype(np.uint8)[None, :, None], (*size, 3)).copy()
    if kind == "chequers":
        board = np.kron(np.indices((9, 12)).sum(axis=0) % 2, np.ones((40, 40))) * 255
        return np.dstack([board.astype(np.uint8)] * 3)
    return np.full((*size, 3), {"black": 0, "grey": 128, "white": 255}[kind], np.uint8)


def test_finds_the_one_face_of_a_photograph(detector: HaarDetector, photograph: NDArray[np.uint8]):
    assert_is_the_face(detector.detect(photograph))


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_finds_it_at_half_and_double_size(
    detector: HaarDetector, photograph: NDArray[np.uint8], scale: float
):
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    assert_is_the_face(
        detector.detect(cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=how)), scale
    )


@pytest.mark.parametrize("degrees", [-20, 20])
def test_finds_it_leaning(detector: HaarDetector, photograph: NDArray[np.uint8], degrees: float):
    picture, middle = turned(photograph, degrees)
    assert_is_the_face(detector.detect(picture), middle=middle)


@pytest.mark.parametrize("factor", [0.6, 1.4])
def test_finds_it_darker_and_brighter(detector: HaarDetector, photograph: NDArray[np.uint8], factor: float):
    assert_is_the_face(detector.detect(lit(photograph, factor)))


def test_finds_it_in_grey(detector: HaarDetector, photograph: NDArray[np.uint8]):
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    assert detector.detect(grey) == detector.detect(photograph)


def test_finds_it_shifted_by_as_much(detector: HaarDetector, photograph: NDArray[np.uint8]):
    moved = np.pad(photograph, ((30, 0), (70, 0), (0, 0)), mode="edge")
    assert_is_the_face(detector.detect(moved), middle=(MIDDLE[0] + 70, MIDDLE[1] + 30))


def test_finds_two_faces_and_names_the_larger_first(detector: HaarDetector, photograph: NDArray[np.uint8]):
    portrait = photograph[:256, 96:352]
    small = cv2.resize(portrait, (160, 160), interpolation=cv2.INTER_AREA)
    small = np.pad(small, ((0, 96), (0, 0), (0, 0)), mode="edge")
    boxes = detector.detect(np.hstack([small, portrait]))
    assert len(boxes) == 2
    assert boxes[0].area > boxes[1].area
    assert boxes[0].x >= 160 > boxes[1].x + boxes[1].width / 2


@pytest.mark.parametrize("kind", ["black", "grey", "white", "gradient", "chequers", "noise", "soft noise"])
def test_finds_no_face_where_there_is_none(detector: HaarDetector, kind: str):
    assert detector.detect(without_face(kind)) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (20, 20)])
def test_pictures_too_small_to_hold_a_face_have_none(detector: HaarDetector, size: tuple[int, int]):
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == []


def test_boxes_lie_within_the_picture(detector: HaarDetector, photograph: NDArray[np.uint8]):
    for cut in (60, 70, 80):  # the face touches the edge
        for degrees in (0, -20):
            picture = turned(photograph, degrees)[0][cut:, cut * 2 :]
            for box in detector.detect(picture):
                assert box.x >= 0
                assert box.y >= 0
                assert box.x + box.width <= picture.shape[1]
                assert box.y + box.height <= picture.shape[0]


@pytest.mark.parametrize("corner", [(0, 0), (799, 0), (0, 799), (799, 799)])
def test_what_turning_makes_up_beyond_the_edges_is_no_face(
    monkeypatch: pytest.MonkeyPatch, detector: HaarDetector, corner: tuple[float, float]
):
    seen = iter([[], [Place(*corner, 64)], [Place(*corner, 64)]])  # nothing upright; turned, in a corner
    monkeypatch.setattr(detector, "_likely", lambda _: next(seen))
    monkeypatch.setattr(detector, "_confirmed", lambda _, likely, __: [(place, 9) for place in likely])
    assert detector.find(np.zeros((800, 800), np.uint8)) == []
    assert next(seen, None) is None  # both turned pictures were searched


def test_of_overlapping_places_the_one_with_most_windows_stays():
    whole, inner, shifted = Place(150, 150, 100), Place(145, 145, 50), Place(180, 160, 100)
    assert merged([(inner, 4), (whole, 6), (shifted, 5)]) == [whole]
    assert merged([(inner, 7), (whole, 6), (shifted, 5)]) == [inner]


def test_places_that_hardly_overlap_both_stay():
    left, right = Place(50, 50, 100), Place(120, 50, 100)
    assert merged([(left, 1), (right, 2)]) == [right, left]
    assert merged([]) == []


@pytest.mark.parametrize(
    ("other", "share"),
    [
        (Place(50, 50, 100), 1.0),
        (Place(100, 50, 100), 0.5),
        (Place(50, 50, 20), 1.0),
        (Place(200, 50, 100), 0.0),
    ],
)
def test_overlap_is_the_share_of_the_smaller_square(other: Place, share: float):
    assert overlap(Place(50, 50, 100), other) == pytest.approx(share)
    assert overlap(other, Place(50, 50, 100)) == pytest.approx(share)


def test_windows_at_one_place_are_one_group_and_those_of_another_size_are_not():
    near, far, large = [Place(100 + n, 100, 40) for n in range(3)], Place(200, 100, 40), Place(100, 100, 90)
    groups = grouped([far, *near, large])
    assert sorted(len(group) for group in groups) == [1, 1, 3]


@pytest.mark.parametrize("degrees", [-20, -15, 15, 20])
def test_says_how_far_the_head_leans(detector: HaarDetector, photograph: NDArray[np.uint8], degrees: float):
    picture, _ = turned(photograph, -degrees)  # OpenCV turns anticlockwise
    (face,) = detector.find(picture)
    assert face.angle_degrees == pytest.approx(degrees + 4, abs=10)  # the head leans a little of itself


def test_head_that_hardly_leans_has_a_small_angle_and_in_a_picture_no_number(
    detector: HaarDetector, photograph: NDArray[np.uint8]
):
    (face,) = detector.find(photograph)
    assert abs(face.angle_degrees) < 12
    assert face.id is None


def test_small_faces_of_the_background_are_left_out(detector: HaarDetector, photograph: NDArray[np.uint8]):
    portrait = photograph[:256, 96:352]
    for size, faces in ((160, 2), (80, 1)):  # beside a face three times as large and more, none is looked for
        small = cv2.resize(portrait, (size, size), interpolation=cv2.INTER_AREA)
        small = np.pad(small, ((0, 256 - size), (0, 0), (0, 0)), mode="edge")
        assert len(detector.find(np.hstack([small, portrait]))) == faces


@pytest.mark.parametrize("name", ["haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml"])
def test_missing_cascade_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
):
    for file in Path(cv2.data.haarcascades).glob("haarcascade_frontalface_*.xml"):
        if file.name != name:
            (tmp_path / file.name).symlink_to(file)
    monkeypatch.setattr("cv2.data.haarcascades", str(tmp_path))
    with pytest.raises(ImageError, match="install opencv-python-headless 4 again"):
        HaarDetector()
