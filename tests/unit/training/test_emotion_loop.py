"""What a step learns from, how fast, and what is averaged."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.training.emotion_faces import Faces
from mien.training.emotion_loop import Batches, loss_and_accuracy, prepare
from mien.training.emotion_recipe import EmotionTraining

TRAINING = EmotionTraining(resolution=8, labels=("happy", "sad"), batch=16, augmentation=0, balance=0)


def faces(happy: int, sad: int) -> Faces:
    """The happy ones brighten to the right, the sad ones downwards; their votes are 9 to 1."""
    ramp = np.tile(np.linspace(0, 255, 8).astype(np.uint8), (8, 1))[:, :, None]
    pixels = np.stack([ramp] * happy + [ramp.transpose(1, 0, 2)] * sad)
    targets = np.array([[0.9, 0.1]] * happy + [[0.1, 0.9]] * sad, np.float32)
    return Faces(pixels, targets, targets.argmax(axis=1))


@pytest.mark.parametrize(("balance", "wanted"), [(0.0, [0.75, 0.25]), (1.0, [0.5, 0.5])])
def test_classes_are_drawn_by_their_frequency_or_all_alike(balance: float, wanted: list[float]):
    batches = Batches(faces(30, 10), dataclasses.replace(TRAINING, balance=balance))
    assert batches.frequencies() == pytest.approx(wanted)
    drawn = np.mean([batches(step)[1][0].argmax(axis=1) for step in range(200)])
    assert drawn == pytest.approx(wanted[1], abs=0.03)


def test_batch_depends_on_its_step_alone():
    changing = dataclasses.replace(TRAINING, augmentation=0.5, mixup=0.5)
    batches, again = Batches(faces(30, 10), changing), Batches(faces(30, 10), changing)
    for step, (inputs, targets) in enumerate(batches.between(3, 9), start=3):
        wanted_inputs, wanted_targets = again(step)
        np.testing.assert_array_equal(inputs, wanted_inputs)
        np.testing.assert_array_equal(targets, wanted_targets)
    assert (batches(3)[0] != batches(4)[0]).any()


def test_error_in_making_a_batch_is_not_swallowed():
    broken = dataclasses.replace(faces(30, 10), pixels=np.zeros((5, 8, 8, 1), np.uint8))
    with pytest.raises(IndexError):
        list(Batches(broken, TRAINING).between(0, 3))


def test_some_faces_are_unchanged_and_from_the_whole_part():
    batches = Batches(faces(600, 200), dataclasses.replace(TRAINING, augmentation=1.0))
    some = batches.some()
    assert len(some) <= 256
    across = np.abs(np.diff(some, axis=2)).sum(axis=(1, 2, 3)) > 0
    assert across.mean() == pytest.approx(0.75, abs=0.02)


def test_loss_is_the_mean_surprise_of_the_targets():
    rows = np.array([[0.5, 0.5], [0.2, 0.8], [1.0, 0.0]])
    targets = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    loss, accuracy = loss_and_accuracy(rows, targets)
    assert loss == pytest.approx(-(np.log(0.5) + np.log(0.2)) / 3)
    assert accuracy == pytest.approx(2 / 3)


@pytest.mark.training
def test_learning_rate_rises_to_its_height_and_falls_to_zero():
    import keras

    training = dataclasses.replace(TRAINING, epochs=10, learning_rate=0.01, warmup_epochs=2)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    prepare(model, training, steps_an_epoch=10)
    schedule = model.optimizer._learning_rate
    rates = [float(schedule(step)) for step in range(0, 101, 10)]
    assert rates[0] == pytest.approx(0.0001)
    assert rates[2] == max(rates) == pytest.approx(0.01)
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-6)


@pytest.mark.training
@pytest.mark.parametrize(("epochs", "momentum"), [(1000, 0.99), (10, 0.9), (1, 0.0)])
def test_no_more_than_the_last_tenth_of_a_run_is_averaged(epochs: int, momentum: float):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    prepare(model, dataclasses.replace(TRAINING, epochs=epochs, averaging=0.99), steps_an_epoch=10)
    assert model.optimizer.ema_momentum == pytest.approx(momentum)


@pytest.mark.training
def test_without_averaging_the_last_weights_are_kept():
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    prepare(model, dataclasses.replace(TRAINING, averaging=0.0), steps_an_epoch=10)
    assert not model.optimizer.use_ema
