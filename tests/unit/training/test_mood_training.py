"""From labelled songs to an artifact that knows moods: the paper's training phase, in small."""

from __future__ import annotations

import csv
import json
import wave
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mien.artifacts import Network, load
from mien.audio.features import FEATURES
from mien.audio.mood import MoodNetwork
from mien.domain import Mood, Quadrant
from mien.errors import ArtifactError, DatasetError, DecodingError
from mien.training import measuring, mood_scores
from mien.training.measuring import measure_song, measure_whole
from mien.training.mood import MoodTraining, evaluate_mood, least_confidence, train_mood
from mien.training.songs import Songs, read_songs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RATE_HZ = 22_050
TINY = MoodTraining(
    members=2, hidden=24, embedding=8, epochs=15, batch=4, learning_rate=0.01, dropout=0.1, mixup=0.0
)
# A voice for each mood: how fast it moves, how high it is and how noisy.
VOICES = {"happy": (0.2, 72, 0.01), "angry": (0.1, 40, 0.3), "sad": (1.0, 50, 0.0), "calm": (1.5, 67, 0.0)}
ARTISTS = ("Ane", "Bo", "Cy")
SONGS = 2 * len(VOICES) * len(ARTISTS)


def made_song(mood: str, rng: np.random.Generator, duration_s: float = 4.0) -> np.ndarray:
    """Notes of one mood's kind; no two songs are quite alike."""
    note_s, midi, noise = VOICES[mood]
    samples = noise * rng.standard_normal(round(duration_s * RATE_HZ))
    time_s = np.arange(round(note_s * RATE_HZ)) / RATE_HZ
    for start in range(0, len(samples) - len(time_s), len(time_s)):
        hz = 440 * 2 ** ((midi + rng.choice([0, 3, 4, 7, 12]) - 69) / 12)
        samples[start : start + len(time_s)] += 0.3 * np.sin(2 * np.pi * hz * time_s) * np.exp(-2 * time_s)
    return samples


def write_wav(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32_000).astype("<i2").tobytes())


def write_index(folder: Path, rows: list[Mapping[str, object]]) -> None:
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory) -> Path:
    """Songs of four moods by three artists, in an index; one of them is no song."""
    folder = tmp_path_factory.mktemp("labelled")
    rng = np.random.default_rng(11)
    rows = []
    for mood in VOICES:
        for artist in ARTISTS:
            for name in (f"{mood}-{artist}-1.wav", f"{mood}-{artist}-2.wav"):
                write_wav(folder / name, made_song(mood, rng))
                rows.append({"file": name, "mood": mood, "artist": artist, "duplicate_of": ""})
    (folder / "broken.wav").write_bytes(b"RIFF, but not really")
    rows.append({"file": "broken.wav", "mood": "sad", "artist": "Bo", "duplicate_of": ""})
    write_index(folder, rows)
    return folder


class Told:
    def __init__(self) -> None:
        self.measured: list[int] = []
        self.folds: list[tuple[int, int]] = []

    def loading(self, done: int, total: int) -> None:
        self.measured.append(done)

    def fold(self, done: int, folds: int, figures: Mapping[str, float]) -> None:
        self.folds.append((done, folds))


@pytest.fixture(scope="module")
def songs(labelled) -> Songs:
    return read_songs(labelled)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def trained(labelled, tmp_path_factory, checkpoints, told):
    pytest.importorskip("keras")
    out = tmp_path_factory.mktemp("artifact")
    return train_mood(labelled, out, TINY, about="made by the test", checkpoints=checkpoints, progress=told)


# --- reading ---


def test_songs_are_measured_and_what_cannot_be_is_named(songs):
    assert len(songs.files) == SONGS
    assert songs.wholes().shape == (SONGS, len(FEATURES))
    assert list(songs.left_out) == ["broken.wav"]
    assert songs.heads == {"moods": tuple(Mood), "quadrants": tuple(Quadrant)}


def test_quadrants_follow_from_moods_where_the_data_has_none(songs):
    moods = [tuple(Mood)[i] for i in songs.reference["moods"]]
    quadrants = [tuple(Quadrant)[i] for i in songs.reference["quadrants"]]
    assert dict(zip(moods, quadrants, strict=True)) == {
        "happy": "exuberance",
        "angry": "anxiety",
        "sad": "depression",
        "calm": "contentment",
    }


def test_no_artist_is_in_two_folds(songs):
    assert len(set(songs.folds.tolist())) == 3
    for artist in ARTISTS:
        assert (
            len({int(f) for f, group in zip(songs.folds, songs.groups, strict=True) if group == artist}) == 1
        )


def test_a_recording_that_two_artists_share_joins_them(tmp_path):
    rng = np.random.default_rng(1)
    rows = []
    for name, artist, twin in (("a", "Ane", ""), ("b", "Bo", "a.wav"), ("c", "Cy", ""), ("d", "Di", "")):
        write_wav(tmp_path / f"{name}.wav", made_song("sad" if name in "ac" else "happy", rng))
        mood = "sad" if name in "ac" else "happy"
        rows.append({"file": f"{name}.wav", "mood": mood, "artist": artist, "duplicate_of": twin})
    write_index(tmp_path, rows)
    songs = read_songs(tmp_path)
    assert songs.groups[0] == songs.groups[1]
    assert songs.folds[0] == songs.folds[1]
    assert len(set(songs.groups)) == 3


def test_the_datas_own_folds_and_quadrants_are_kept_under_any_header(tmp_path):
    rng = np.random.default_rng(2)
    rows = []
    for i, quadrant in enumerate(("anxiety", "depression", "anxiety", "")):
        write_wav(tmp_path / f"{i}.wav", made_song("angry", rng))
        rows.append({"file": f"{i}.wav", "Feeling": "tense" if i else "", "Q": quadrant, "Part": "xyxy"[i]})
    write_index(tmp_path, rows)
    songs = read_songs(tmp_path, {"mood": "Feeling", "quadrant": "Q", "fold": "Part"})
    assert songs.folds.tolist() == [0, 1, 0, 1]
    assert songs.reference["quadrants"].tolist() == [1, 2, 1, -1]
    assert songs.reference["moods"].tolist() == [-1, 3, 3, 3]
    assert read_songs(tmp_path, {"mood": "Feeling", "fold": "Part"}, only_fold="y").files == (
        "1.wav",
        "3.wav",
    )


def test_an_unknown_fold_is_named_with_those_that_there_are(tmp_path):
    write_index(tmp_path, [{"file": f"{fold}.wav", "mood": "sad", "fold": fold} for fold in "ba"])
    with pytest.raises(DatasetError, match="has no fold 'c'; there is a, b"):
        read_songs(tmp_path, only_fold="c")
    (tmp_path / "classes" / "sad").mkdir(parents=True)
    (tmp_path / "classes" / "sad" / "0.wav").touch()
    with pytest.raises(DatasetError, match="names no fold of any example: leave --fold out"):
        read_songs(tmp_path / "classes", only_fold="1")


def test_a_folder_per_class_of_any_name_is_learnt_as_it_is(tmp_path):
    rng = np.random.default_rng(3)
    for name, mood in (("Class A", "happy"), ("Class B", "sad")):
        for i in range(2):
            write_wav(tmp_path / name / f"{i}.wav", made_song(mood, rng))
    songs = read_songs(tmp_path)
    assert songs.heads == {"moods": ("class a", "class b")}
    assert songs.reference["moods"].tolist() == [0, 0, 1, 1]


def test_folders_named_by_quadrants_are_quadrants(tmp_path):
    rng = np.random.default_rng(4)
    for name, mood in (("anxiety", "angry"), ("contentment", "calm")):
        write_wav(tmp_path / name / "0.wav", made_song(mood, rng))
    assert read_songs(tmp_path).heads == {"quadrants": tuple(Quadrant)}


def test_a_long_song_is_also_learnt_by_stretches_and_in_a_narrow_band(tmp_path):
    write_wav(tmp_path / "long.wav", made_song("happy", np.random.default_rng(5), 52.0))
    vectors = measure_song(tmp_path / "long.wav")
    assert vectors.shape == (1 + 3 * 3 + 2, len(FEATURES))
    assert len({row.tobytes() for row in vectors}) == len(vectors)
    bright = [feature.name for feature in FEATURES].index("rolloff_95_mean")
    assert vectors[-2, bright] < vectors[0, bright]  # below 3.9 kHz


def test_a_silent_song_cannot_be_measured(tmp_path):
    write_wav(tmp_path / "silent.wav", np.zeros(5 * RATE_HZ))
    for measure in (measure_song, measure_whole):
        with pytest.raises(DecodingError, match=r"silent\.wav is silent or too short"):
            measure(tmp_path / "silent.wav")


def test_a_song_is_the_same_whether_it_is_varied_or_not(tmp_path):
    write_wav(tmp_path / "long.wav", made_song("calm", np.random.default_rng(9), 24.0))
    whole = measure_whole(tmp_path / "long.wav")
    np.testing.assert_allclose(measure_song(tmp_path / "long.wav")[:1], whole, rtol=1e-4, atol=1e-4)


def test_measurements_are_kept_and_a_damaged_cache_is_named(labelled, tmp_path):
    cache = tmp_path / "kept" / "features.npz"
    first, told = read_songs(labelled, cache=cache), Told()
    again = read_songs(labelled, cache=cache, progress=told)
    assert told.measured == [SONGS + 1]  # only the broken one is tried again
    np.testing.assert_array_equal(first.wholes(), again.wholes())
    cache.write_bytes(b"nothing")
    with pytest.raises(DatasetError, match="is damaged"):
        read_songs(labelled, cache=cache)


def test_an_interrupted_measuring_goes_on_where_it_was(labelled, tmp_path, monkeypatch):
    class Interrupted(Told):
        def loading(self, done: int, total: int) -> None:
            super().loading(done, total)
            if done == 12:
                raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "_KEPT_EVERY", 5)
    cache, told = tmp_path / "features.npz", Told()
    with pytest.raises(KeyboardInterrupt):
        read_songs(labelled, cache=cache, progress=Interrupted())
    songs = read_songs(labelled, cache=cache, progress=told)
    assert len(songs.files) == SONGS
    assert told.measured[0] in {10, 11}  # nine or ten songs were kept, and another is measured
    assert [path.name for path in tmp_path.iterdir()] == ["features.npz"]


def test_quadrants_are_those_of_valence_and_arousal_where_only_these_are_said(tmp_path):
    corners = {
        "exuberance": (0.5, 1),
        "anxiety": (-1, 0.2),
        "depression": (-0.1, -0.3),
        "contentment": (1, -1),
    }
    rows = []
    for quadrant, (valence, arousal) in corners.items():
        write_wav(tmp_path / f"{quadrant}.wav", made_song("sad", np.random.default_rng(3)))
        rows.append({"file": f"{quadrant}.wav", "v": valence, "arousal": arousal})
    write_index(tmp_path, rows)
    songs = read_songs(tmp_path, {"valence": "v"}, varied=False)
    assert songs.heads == {"quadrants": tuple(Quadrant)}
    found = [songs.heads["quadrants"][i] for i in songs.reference["quadrants"]]
    assert [f"{quadrant}.wav" for quadrant in found] == list(songs.files)


@pytest.mark.parametrize("valence", ["6.5", "high", "nan"])
def test_valence_that_is_no_number_from_minus_1_to_1_is_refused(tmp_path, valence):
    write_wav(tmp_path / "a.wav", made_song("sad", np.random.default_rng(3)))
    write_index(tmp_path, [{"file": "a.wav", "valence": valence, "arousal": "0.5"}])
    with pytest.raises(DatasetError, match=rf"a\.wav: valence and arousal are .* not {valence} and 0\.5"):
        read_songs(tmp_path)


def test_data_that_names_no_class_is_refused(tmp_path):
    write_wav(tmp_path / "a.wav", made_song("sad", np.random.default_rng(6)))
    write_index(tmp_path, [{"file": "a.wav", "artist": "Ane"}])
    with pytest.raises(DatasetError, match="names no class"):
        read_songs(tmp_path)


def test_data_without_one_song_that_can_be_measured_says_why(tmp_path):
    (tmp_path / "sad").mkdir()
    (tmp_path / "sad" / "a.wav").write_bytes(b"no sound")
    with pytest.raises(DatasetError, match=r"none of the 1 songs .* sad/a\.wav: "):
        read_songs(tmp_path)


# --- training ---


@pytest.mark.training
def test_songs_that_differ_are_told_apart(trained):
    assert trained.scores["moods"].accuracy >= 0.9
    assert trained.scores["quadrants"].accuracy >= 0.9
    assert trained.scores["moods"].n == SONGS


@pytest.mark.training
def test_every_fold_is_told_and_the_history_goes_down(trained, told):
    assert told.folds == [(1, 3), (2, 3), (3, 3)]
    assert told.measured[-1] == SONGS + 1
    assert len(trained.history) == TINY.epochs
    assert trained.history[-1]["loss"] < trained.history[0]["loss"]
    assert set(trained.history[0]) == {"loss", "accuracy", "val_loss", "val_accuracy"}


@pytest.mark.training
def test_the_artifact_says_how_it_was_trained_and_what_it_reached(trained):
    artifact = load(trained.artifact.folder, "mood")
    assert artifact.training["epochs"] == TINY.epochs
    assert artifact.data["about"] == "made by the test"
    assert artifact.data["labels"]["moods"]["happy"] == 6
    assert artifact.data["left_out"] == 1
    assert artifact.scores["moods"]["accuracy"] == pytest.approx(trained.scores["moods"].accuracy, abs=1e-4)
    over_folds = artifact.scores["quadrants"]["accuracy_over_folds"]
    assert over_folds["low"] <= over_folds["mean"] <= over_folds["high"]
    assert set(artifact.scores["signs"]) == {"valence", "arousal"}
    assert artifact.limits
    assert sum(artifact.decision["moods"]["prior"].values()) == pytest.approx(1)
    json.dumps(artifact.scores, allow_nan=False)


@pytest.mark.training
def test_the_artifact_knows_the_songs_it_learnt(trained):
    network = MoodNetwork(trained.artifact)
    estimates = network.estimate(trained.songs.wholes())
    right = [
        e.moods.top == tuple(Mood)[i]
        for e, i in zip(estimates, trained.songs.reference["moods"], strict=True)
    ]
    assert np.mean(right) >= 0.9
    assert len(estimates[0].embedding) == TINY.members * TINY.embedding


@pytest.mark.training
def test_keras_and_onnx_runtime_give_the_same_probabilities(songs, tmp_path):
    from mien.artifacts import Artifact, save
    from mien.training.export import to_onnx
    from mien.training.mood_network import fit, predict

    networks = fit(songs, np.arange(SONGS), replace(TINY, epochs=2))
    model = to_onnx(networks.network, "features", ["moods", "quadrants", "embedding"])
    empty: dict[str, object] = {}
    artifact = save(
        Artifact("mood", "1", tmp_path, {"moods": ()}, empty, empty, empty, empty, empty, ()), model
    )
    # Far outside of what was learnt too, where the clipping matters.
    rows = np.concatenate([songs.wholes(), songs.wholes() * 50, np.zeros((1, len(FEATURES)), np.float32)])
    ours, theirs = Network(artifact).run(rows), predict(networks, ("moods", "quadrants"), rows)
    for name, probabilities in theirs.items():
        np.testing.assert_allclose(ours[name], probabilities, atol=1e-4)
        np.testing.assert_allclose(ours[name].sum(axis=1), 1, atol=1e-5)


@pytest.mark.training
def test_training_again_goes_on_from_the_finished_folds(labelled, trained, checkpoints, tmp_path):
    kept = {path.name: path.stat().st_mtime_ns for path in checkpoints.iterdir()}
    assert len(kept) == 4  # the measurements and three folds
    again = train_mood(labelled, tmp_path, TINY, checkpoints=checkpoints)
    assert again.scores == trained.scores
    assert again.history == trained.history
    assert {path.name: path.stat().st_mtime_ns for path in checkpoints.iterdir()} == kept


@pytest.mark.training
def test_the_same_seed_gives_the_same_network(songs):
    from mien.training.mood_network import fit, predict

    first, second = (
        predict(fit(songs, np.arange(SONGS), replace(TINY, epochs=2, mixup=0.4)), ("moods",), songs.wholes())[
            "moods"
        ]
        for _ in range(2)
    )
    np.testing.assert_allclose(first, second, atol=1e-6)


@pytest.mark.training
def test_a_song_without_a_mood_still_teaches_its_quadrant(songs):
    from mien.training.mood_network import fit, predict

    unlabelled = replace(songs, reference={**songs.reference, "moods": np.full(SONGS, -1)})
    found = predict(fit(unlabelled, np.arange(SONGS), TINY), ("moods", "quadrants"), songs.wholes())
    assert (found["quadrants"].argmax(axis=1) == songs.reference["quadrants"]).mean() >= 0.9
    assert np.isfinite(found["moods"]).all()


@pytest.mark.training
def test_songs_of_one_class_or_one_artist_are_refused(labelled, tmp_path):
    rng = np.random.default_rng(7)
    rows = []
    for i in range(3):
        write_wav(tmp_path / f"{i}.wav", made_song("sad", rng))
        rows.append({"file": f"{i}.wav", "mood": "sad", "artist": "Ane"})
    write_index(tmp_path, rows)
    with pytest.raises(DatasetError, match="one class only"):
        train_mood(tmp_path, tmp_path / "out", TINY)
    rows[0]["mood"] = "happy"
    write_index(tmp_path, rows)
    with pytest.raises(DatasetError, match="one artist only"):
        train_mood(tmp_path, tmp_path / "out", TINY)


# --- judging ---


@pytest.mark.training
def test_an_evaluation_scores_what_the_artifact_says(labelled, trained):
    found = evaluate_mood(labelled, trained.artifact)
    assert found.scores["moods"].n == SONGS
    assert found.scores["moods"].accuracy >= 0.9
    assert found.signs["arousal"] >= 0.9
    assert list(found.left_out) == ["broken.wav"]


@pytest.mark.training
def test_an_evaluation_of_other_classes_or_other_features_is_refused(trained, tmp_path):
    write_wav(tmp_path / "party" / "a.wav", made_song("happy", np.random.default_rng(8)))
    with pytest.raises(DatasetError, match="has none of the labels"):
        evaluate_mood(tmp_path, trained.artifact)
    other = replace(trained.artifact, preprocessing={"features_version": 0, "features": 3})
    with pytest.raises(ArtifactError, match="train it again"):
        evaluate_mood(tmp_path, other)


def judged(songs: Songs, right: np.ndarray, confidence: float) -> np.ndarray:
    """Estimates of the moods with one confidence, right where it says so and wrong by one elsewhere."""
    reference = songs.reference["moods"]
    estimates = np.full((len(reference), 7), (1 - confidence) / 6)
    estimates[np.arange(len(reference)), np.where(right, reference, (reference + 1) % 7)] = confidence
    return estimates


def test_accuracy_is_counted_by_fold(songs):
    estimates = judged(songs, songs.folds != 1, 0.7)
    assert mood_scores.accuracy_by_fold(songs, "moods", estimates) == (1, 0, 1)
    summary = mood_scores.over_folds((1.0, 1.0, 0.0, 1.0, 1.0))
    assert summary["accuracy_over_folds"]["mean"] == pytest.approx(0.8)
    assert summary["accuracy_over_folds"]["low"] == pytest.approx(0.8 - 2.776 * 0.2, abs=1e-3)


def test_calibration_takes_its_temperature_from_the_other_folds(songs):
    right = np.arange(SONGS) % 2 == 0
    overconfident = judged(songs, right, 0.99)
    calibrated = mood_scores.calibrated_apart(songs, "moods", overconfident)
    assert mood_scores.scored(songs, "moods", calibrated).calibration_error < 0.25
    assert mood_scores.scored(songs, "moods", overconfident).calibration_error > 0.45


def test_on_the_plane_a_song_is_where_its_quadrants_are(songs):
    sure = {"quadrants": np.eye(4)[songs.reference["quadrants"]]}
    corners = {"exuberance": (1, 1), "anxiety": (-1, 1), "depression": (-1, -1), "contentment": (1, -1)}
    points = mood_scores.plane(songs, sure)
    assert len(points) == SONGS
    assert all((valence, arousal) == corners[quadrant] for valence, arousal, quadrant in points)
    unsure = {"quadrants": np.full((SONGS, 4), 0.25)}
    assert {point[:2] for point in mood_scores.plane(songs, unsure)} == {(0, 0)}
    assert mood_scores.plane(replace(songs, heads={"quadrants": ("a", "b", "c", "d")}), sure) == ()


@pytest.mark.parametrize(("classes", "least"), [(7, 0.4), (4, 0.5), (2, 0.7)])
def test_fewer_classes_ask_for_more_confidence(classes, least):
    assert least_confidence(classes) == least


def test_signs_need_quadrants(songs):
    estimates = {"moods": judged(songs, np.ones(SONGS, bool), 0.9)}
    assert mood_scores.signs(songs, estimates) == {}
    wrong_valence = np.eye(4)[[(1, 0, 3, 2)[i] for i in songs.reference["quadrants"]]]
    assert mood_scores.signs(songs, {"quadrants": wrong_valence}) == {"valence": 0.0, "arousal": 1.0}
