"""From a picture or the camera to a reading, with what was learnt of the listener."""

from pathlib import Path

import numpy as np
import pytest

import mien.core
from mien.config import load_settings
from mien.core import FaceReader, Mien
from mien.domain import Box, Emotion, Estimate, Reason
from mien.vision.detect import FoundFace
from mien.vision.pictures import read_picture

PHOTOGRAPH = Path(mien.core.__file__).parent / "demo" / "photograph.jpg"
HAPPY, NEUTRAL = Emotion.HAPPY, Emotion.NEUTRAL


class OneFace:
    """A detector that always finds one face, in the same place."""

    def find(self, picture, time_s=None):
        return [FoundFace(Box(177, 66, 95, 95))]


class AlwaysHappy:
    def estimate(self, faces):
        return [Estimate({e: float(e is HAPPY) for e in Emotion}) for _ in faces]


@pytest.fixture(scope="module")
def photograph():
    return read_picture(PHOTOGRAPH)


@pytest.fixture
def camera(monkeypatch, photograph):
    """A camera that shows the photograph ten times a second, and counts how often it went on."""
    started = []

    def frames(index):
        started.append(index)
        for tenth in range(1000):
            yield tenth / 10, photograph

    monkeypatch.setattr(mien.core, "camera_frames", frames)
    return started


@pytest.fixture
def program(tmp_path):
    with Mien(load_settings({"home": tmp_path / "home"})) as opened:
        opened._face_reader = lambda _detector: FaceReader(OneFace(), AlwaysHappy(), margin=0.05)
        yield opened


def test_a_good_face_is_acted_on_and_its_quality_told(photograph):
    (face,) = FaceReader(OneFace(), AlwaysHappy(), 0.05).read(photograph).faces
    assert (face.emotion.certain, face.quality.size_px) == (True, 95.0)
    assert face.quality.edge == pytest.approx(66 / 95)


def test_a_dark_face_keeps_its_probabilities_and_is_not_acted_on(photograph):
    (face,) = FaceReader(OneFace(), AlwaysHappy(), 0.05).read(photograph // 16).faces
    assert (face.emotion.certain, face.emotion.reason_code) == (False, Reason.TOO_DARK)
    assert face.emotion.probabilities[HAPPY] == 1.0


def test_a_picture_that_is_the_face_is_not_at_its_edge(photograph):
    cut = photograph[66:161, 177:272]
    (face,) = FaceReader(OneFace(), AlwaysHappy(), 0.05).read(cut, cropped=True).faces
    assert (face.quality.edge, face.emotion.certain) == (None, True)


def test_a_picture_with_nothing_to_see_is_doubtful_rather_than_an_error():
    (face,) = FaceReader(OneFace(), AlwaysHappy(), 0.0).read(np.zeros((300, 300, 3), dtype=np.uint8)).faces
    assert face.emotion.reason_code is Reason.TOO_DARK


def test_the_camera_teaches_a_resting_face_and_readings_use_it(program, camera):
    before = program.glance()
    learnt = program.calibrate({NEUTRAL: (found for found, _ in program.watch(2.0))})
    after = program.glance()
    assert learnt.frames == 21  # from 0 to 2 s, ten a second
    assert before.emotion.probabilities[HAPPY] > 0.99
    assert after.emotion.probabilities[NEUTRAL] > before.emotion.probabilities[NEUTRAL]
    assert program.reading_of_picture(PHOTOGRAPH).emotion.probabilities[NEUTRAL] == pytest.approx(
        after.emotion.probabilities[NEUTRAL], abs=0.01
    )
    assert camera == [0, 0, 0]


def test_each_listener_is_read_with_their_own_calibration(program, camera):
    program.calibrate({NEUTRAL: (found for found, _ in program.watch(0.5))})
    program.__dict__["listener"] = program.store.listeners.add("other")
    assert program.glance().emotion.probabilities[HAPPY] > 0.99


def test_the_camera_goes_off_when_the_glance_is_over_and_when_watching_stops(
    program, monkeypatch, photograph
):
    off = []

    def frames(_index):
        try:
            for tenth in range(1000):
                yield tenth / 10, photograph
        finally:
            off.append(True)

    monkeypatch.setattr(mien.core, "camera_frames", frames)
    program.glance()
    assert len(off) == 1
    watching = program.watch()
    next(watching)
    assert len(off) == 1
    watching.close()
    assert len(off) == 2
    assert len(list(program.watch(0.2))) == 3
    assert len(off) == 3


def test_faces_before_the_camera_keep_their_number(tmp_path, camera):
    with Mien(load_settings({"home": tmp_path / "home"})) as opened:
        ids = [face.id for found, _ in opened.watch(1.0) for face in found.faces]
        assert ids == [1] * 11
        assert [face.id for face in opened.read_picture(PHOTOGRAPH).faces] == [None]


def test_a_leaning_head_is_read_upright(photograph):
    class Leaning:
        def find(self, picture, time_s=None):
            return [FoundFace(Box(177, 66, 95, 95), angle_degrees=90.0)]

    class Looking:
        def estimate(self, faces):
            assert (faces[0] == np.rot90(photograph[66:161, 177:272])).mean() > 0.99
            return AlwaysHappy().estimate(faces)

    (face,) = FaceReader(Leaning(), Looking(), 0.0, colour=True).read(photograph).faces
    assert face.angle_degrees == 90.0


@pytest.mark.parametrize(("colour", "shape"), [(False, (95, 95)), (True, (95, 95, 3))])
def test_classifier_is_shown_colour_only_where_it_reads_it(photograph, colour: bool, shape: tuple[int, ...]):
    class Looking:
        def estimate(self, faces):
            assert faces[0].shape == shape
            return AlwaysHappy().estimate(faces)

    (face,) = FaceReader(OneFace(), Looking(), 0.0, colour=colour).read(photograph).faces
    assert face.emotion.top is Emotion.HAPPY
