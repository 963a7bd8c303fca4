"""The networks that ship reach what was asked of a first form."""

import pytest

from mien import artifacts


@pytest.mark.data
def test_faces_of_the_public_test_are_read_as_most_people_read_them(mien, shared_data):
    answer = mien(
        *("evaluate", "emotion", shared_data / "faces" / "fer2013", "--split", "public_test"),
        *("--column", "label=ferplus_majority", "--json"),
    )
    (scores,) = answer.json
    assert scores["n"] == 3186
    assert scores["accuracy"] >= 0.83
    assert scores["calibration_error"] <= 0.03


@pytest.mark.data
def test_whole_portraits_have_their_face_found(mien, shared_data):
    answer = mien("evaluate", "emotion", shared_data / "faces" / "kdef", "--detect", "--json")
    (scores,) = answer.json
    assert scores["n"] == 979
    assert scores["without_face"] <= 3
    assert scores["accuracy"] >= 0.64


def test_songs_are_known_as_asked_in_folds_that_share_no_artist():
    scores = artifacts.shipped("mood").scores
    assert scores["quadrants"]["n"] == 900
    assert scores["quadrants"]["accuracy"] >= 0.70
    assert scores["moods"]["accuracy"] >= 0.52
    assert scores["moods"]["macro_f1"] >= 0.46
    assert scores["quadrants"]["calibration_error"] <= 0.05


@pytest.mark.parametrize("kind", ["emotion", "mood"])
def test_artifacts_say_what_they_are(kind):
    artifact = artifacts.shipped(kind)
    assert artifact.limits
    assert artifact.training
    assert artifact.data["about"]
    assert artifact.model_path.stat().st_size <= 14_000_000
