"""A second head that learns another label of the same pictures."""

from __future__ import annotations

import csv
import dataclasses
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from mien.artifacts import Network
from mien.errors import ArtifactError, DatasetError
from mien.training.datasets import Example
from mien.training.emotion import _begun, train_emotion
from mien.training.emotion_faces import Faces
from mien.training.emotion_loop import Batches
from mien.training.emotion_network import build
from mien.training.emotion_recipe import EMOTIONS, EmotionTraining
from mien.training.emotion_scores import evaluate_emotion
from mien.training.emotion_transfer import begin_with, layer_weights, mix_in
from mien.vision.emotion import HEAD, SECOND_HEAD, EmotionNetwork, standardise

if TYPE_CHECKING:
    from pathlib import Path

    from mien.training.emotion import TrainedEmotion

TINY = EmotionTraining(
    width=0.25,
    resolution=32,
    epochs=2,
    batch=14,
    warmup_epochs=0.5,
    augmentation=0,
    second_label="told",
    mirrored=False,
)
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stripes: as many as the label's number, and lying or standing, which the other label tells."""
    folder = tmp_path_factory.mktemp("pictures")
    with (folder / "index.csv").open("w", newline="") as file:
        index = csv.writer(file)
        index.writerow(["file", "label", "told"])
        for number in range(70):
            label, lying = EMOTIONS[number % 7], number % 2
            wave = np.sin(np.linspace(0, np.pi * (number % 7 + 1), 32)) * 100 + 128
            picture = np.tile(wave.astype(np.uint8), (32, 1))
            cv2.imwrite(str(folder / f"{number}.png"), picture.T if lying else picture)
            index.writerow([f"{number}.png", label, "anger" if lying else ("happy", "nothing")[number > 60]])
    return folder


@pytest.fixture(scope="module")
def trained(eagerly: None, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedEmotion:
    folder = tmp_path_factory.mktemp("trained")
    return train_emotion(pictures, folder / "model", TINY, checkpoints=folder / "checkpoints")


@pytest.mark.training
def test_artifact_has_both_heads_and_each_is_scored_by_its_own_label(trained: TrainedEmotion):
    assert list(trained.artifact.heads) == [HEAD, SECOND_HEAD]
    assert set(trained.scores) == {"validation", "test", "validation_second", "test_second"}
    seen = {label for label, share in trained.scores["test_second"].recall.items() if share is not None}
    assert seen <= {"angry", "happy"}
    assert trained.artifact.decision[SECOND_HEAD]["temperature"] > 0


@pytest.mark.training
def test_second_head_is_evaluated_when_asked_for(trained: TrainedEmotion, pictures: Path):
    columns = {"label": "told"}
    second = evaluate_emotion(pictures, trained.artifact, columns=columns, head=SECOND_HEAD)
    face = np.arange(1024, dtype=np.uint8).reshape(32, 32)
    (first,) = EmotionNetwork(trained.artifact).estimate([face])
    (other,) = EmotionNetwork(trained.artifact, SECOND_HEAD).estimate([face])
    assert second.scores.n < 70
    assert first.probabilities != other.probabilities
    assert sum(other.probabilities.values()) == pytest.approx(1)
    with pytest.raises(ArtifactError, match=r"seven emotions \(head third\)"):
        EmotionNetwork(trained.artifact, "third")


@pytest.mark.training
def test_artifact_with_two_heads_is_enough_to_begin_with_both(trained: TrainedEmotion):
    model = build(dataclasses.replace(TINY, dropout=0.0))
    faces = standardise(np.random.default_rng(1).integers(0, 256, (9, 32, 32, 1), dtype=np.uint8))
    assert begin_with(model, trained.artifact.folder, lambda: faces)
    answers = Network(trained.artifact).run(faces)
    for head, rows in zip((HEAD, SECOND_HEAD), model.predict_on_batch(faces), strict=True):
        np.testing.assert_allclose(rows, answers[head], atol=1e-3)
    alone = build(dataclasses.replace(TINY, second_label=""))
    assert begin_with(alone, trained.artifact.folder, lambda: faces)


@pytest.mark.training
def test_network_of_one_head_lends_all_but_the_second(trained: TrainedEmotion, tmp_path: Path):
    alone = build(dataclasses.replace(TINY, second_label=""))
    alone.save_weights(tmp_path / "alone.weights.h5")
    two = build(TINY)
    before = two.get_layer(SECOND_HEAD).get_weights()
    assert not begin_with(two, tmp_path / "alone.weights.h5", lambda: np.zeros((1, 32, 32, 1), np.float32))
    np.testing.assert_array_equal(two.get_weights()[0], alone.get_weights()[0])
    np.testing.assert_array_equal(two.get_layer(SECOND_HEAD).get_weights()[0], before[0])


@pytest.mark.training
def test_column_without_one_of_the_labels_is_refused(pictures: Path, tmp_path: Path):
    with pytest.raises(DatasetError, match="no example has one of the labels in a column nowhere"):
        train_emotion(pictures, tmp_path / "model", dataclasses.replace(TINY, second_label="nowhere"))


def test_blended_pictures_blend_the_targets_of_both_heads_alike():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 1), dtype=np.uint8)
    first = np.eye(7, dtype=np.float32)[np.arange(8) % 7]
    faces = Faces(pixels, first, first.argmax(axis=1), second=np.roll(first, 1, axis=1))
    batches = Batches(faces, dataclasses.replace(TINY, batch=8, mixup=1.0))
    _, (learnt, second) = batches(0)
    np.testing.assert_allclose(second, np.roll(learnt, 1, axis=1), atol=1e-6)
    assert ((learnt > 0) & (learnt < 1)).any()


def test_other_label_is_told_by_synonyms_and_an_unknown_one_teaches_nothing():
    from mien.training.emotion_faces import _second

    rows = [Example(f"{i}.png", "sad", row={"told": told}) for i, told in enumerate(["Anger", "boredom"])]
    targets = _second(rows, TINY)
    assert targets is not None
    assert targets.sum(axis=1).tolist() == [1, 0]
    assert EMOTIONS[targets[0].argmax()] == "angry"


@pytest.mark.training
def test_weights_are_mixed_by_their_share_where_there_were_any_before():
    model, other = build(TINY), build(TINY)
    own, others = layer_weights(model), layer_weights(other)
    del others[SECOND_HEAD]
    mix_in(model, others, 0.25)
    mixed = layer_weights(model)
    np.testing.assert_allclose(
        mixed["conv1"][0], 0.75 * own["conv1"][0] + 0.25 * others["conv1"][0], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_array_equal(mixed[SECOND_HEAD][0], own[SECOND_HEAD][0])
    mix_in(other, own, 0.0)
    np.testing.assert_array_equal(layer_weights(other)["conv1"][0], others["conv1"][0])


@pytest.mark.training
def test_what_a_run_began_with_is_all_but_the_head_that_was_not_there(
    eagerly: None, pictures: Path, tmp_path: Path
):
    alone = dataclasses.replace(TINY, second_label="", epochs=1)
    start = train_emotion(pictures, tmp_path / "start", alone).artifact.folder
    faces = np.random.default_rng(2).integers(0, 256, (20, 32, 32, 1), dtype=np.uint8)
    first = np.eye(7, dtype=np.float32)[np.arange(20) % 7]
    batches = Batches(Faces(faces, first, first.argmax(axis=1), second=first), TINY)
    model, begun = _begun(TINY, start, batches)
    assert set(layer_weights(model)) - set(begun) == {SECOND_HEAD}
    np.testing.assert_array_equal(begun["conv1"][0], layer_weights(model)["conv1"][0])


def test_share_of_a_start_needs_one(pictures: Path, tmp_path: Path):
    with pytest.raises(DatasetError, match="nothing to mix in: give the weights to start with"):
        train_emotion(pictures, tmp_path / "model", dataclasses.replace(TINY, start_share=0.5))
