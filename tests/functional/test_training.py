"""``mien train`` and ``mien evaluate`` on labelled data as anyone would have it: a folder per class."""

import json

import numpy as np
import pytest
from PIL import Image
from test_songs import write_tune

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Two classes that a glance tells apart: bright above or bright below."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(1)
    for label in ("happy", "sad"):
        (folder / label).mkdir()
        for number in range(20):
            half = np.linspace(40, 220, 32)[:, None].repeat(32, axis=1)
            picture = (half if label == "happy" else half[::-1]) + rng.normal(0, 10, (32, 32))
            Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(folder / label / f"{number}.png")
    return folder


SMALL = (
    "--network",
    "cnn2",
    "--width",
    "0.25",
    "--resolution",
    "32",
    "--batch",
    "8",
    "--augmentation",
    "0.3",
)


def test_faces_are_trained_reported_and_evaluated(mien, pictures, tmp_path):
    out = tmp_path / "model"
    asked = (*SMALL, "--epochs", "2", "--random-split", "--show-mistakes", "--about", "made by a test")
    answer = mien("train", "emotion", pictures, "--out", out, *asked)
    assert answer.code == 0, answer.err
    assert "accuracy" in answer.out
    report = json.loads((out / "report.json").read_text())
    assert len(report["history"]) == 2
    assert report["beside"]["training loss"][1] == 0.0887
    assert "Split at random, picture by picture" in report["notes"][0]
    assert set(report["scores"]) == {"Validation part", "Test part"}
    assert (out / "report.html").read_text().startswith("<!doctype html>")
    assert mien("train", "emotion", pictures, "--out", out, *asked).code == 1  # it holds a run already
    (scores,) = mien("evaluate", "emotion", pictures, "--artifact", out, "--json").json
    assert scores["n"] == 40
    used = mien("face", pictures / "happy" / "0.png", "--cropped", "--emotion-artifact", out, "--json")
    assert sum(used.json[0]["faces"][0]["probabilities"].values()) == pytest.approx(1, abs=1e-3)


def test_weights_that_are_there_are_decided_on_anew(mien, pictures, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert mien("train", "emotion", pictures, "--out", first, *SMALL, "--epochs", "1").code == 0
    start = (
        "--start",
        first / "checkpoints" / "latest.weights.h5",
        "--epochs",
        "0",
        "--prior-exponent",
        "0.3",
    )
    answer = mien("train", "emotion", pictures, "--out", second, *SMALL, *start)
    assert answer.code == 0, answer.err
    assert json.loads((second / "artifact.json").read_text())["decision"]["prior_exponent"] == 0.3


def test_scenes_without_faces_are_named_and_cannot_be_learnt_from(mien, pictures, tmp_path):
    answer = mien("train", "emotion", pictures, "--out", tmp_path / "model", *SMALL, "--detect")
    assert answer.code == 1
    assert "no face was found in any of" in answer.err


def test_songs_are_trained_reported_and_evaluated(mien, tmp_path):
    songs, out = tmp_path / "songs", tmp_path / "model"
    for label, hz in (("calm", 110), ("angry", 990)):
        (songs / label).mkdir(parents=True)
        for number in range(5):
            write_tune(songs / label / f"{number}.flac", hz * (1 + number / 50), seconds=4)
    answer = mien("train", "mood", songs, "--out", out, "--epochs", "2", "--members", "1")
    assert answer.code == 0, answer.err
    assert "cross-validated" in answer.out
    assert (out / "report.html").is_file()
    answer = mien("evaluate", "mood", songs, "--artifact", out, "--json")
    assert answer.code == 0, answer.err
    assert answer.json[0]["moods"]["n"] == 10


def test_classes_without_mood_names_are_trained_and_the_player_says_that_it_needs_names(mien, tmp_path):
    songs, out = tmp_path / "songs", tmp_path / "model"
    for number, hz in enumerate((110, 330, 660, 990), 1):
        (songs / f"class-{number}").mkdir(parents=True)
        for take in range(3):
            write_tune(songs / f"class-{number}" / f"{take}.flac", hz * (1 + take / 50), seconds=4)
    answer = mien("train", "mood", songs, "--out", out, "--epochs", "2", "--members", "1")
    assert answer.code == 0, answer.err
    card = json.loads((out / "artifact.json").read_text())
    assert card["heads"]["moods"] == ["class-1", "class-2", "class-3", "class-4"]
    assert card["decision"]["moods"]["least_confidence"] == 0.5
    assert len(json.loads((out / "report.json").read_text())["counts"]["moods"]) == 4
    answer = mien("song", songs, "--mood-artifact", out)
    assert answer.code == 1
    assert "does not estimate Mien's moods" in answer.err


def test_why_a_training_failed_is_left_for_the_program_that_started_it(mien, tmp_path):
    (tmp_path / "data").mkdir()
    fault = tmp_path / "fault.json"
    for network in ("emotion", "mood"):
        answer = mien("train", network, tmp_path / "data", "--out", tmp_path / network, "--fault-file", fault)
        left = json.loads(fault.read_text())
        fault.unlink()
        assert (answer.code, left["code"]) == (1, "data_nothing")
        assert left["english"].format_map(left["values"]) in answer.err
    assert "--fault-file" not in mien("train", "emotion", "--help").out
