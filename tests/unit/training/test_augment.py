"""Training faces are changed at random, yet stay faces and stay repeatable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from mien.training import augment as changes
from mien.training.augment import augment, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray


def face(size: int = 48, channels: int = 1) -> NDArray[np.uint8]:
    """Smooth, lit from the left, with a dark bar to the left of the middle: no two sides alike."""
    across = np.linspace(180, 60, size)
    pixels = np.repeat(np.tile(across, (size, 1))[:, :, None], channels, axis=2)
    pixels[size // 4 : size // 2, size // 8 : size // 3] = 10
    return pixels.astype(np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [32, 48, 97])
@pytest.mark.parametrize("strength", [0.3, 1.0, 2.0])
def test_changed_faces_keep_their_shape_and_kind(size: int, channels: int, strength: float):
    given = face(size, channels)
    for seed in range(30):
        changed = augment(given, np.random.default_rng(seed), strength)
        assert changed.shape == given.shape
        assert changed.dtype == np.uint8


def test_the_given_face_is_left_as_it_was():
    given = face()
    given.flags.writeable = False
    for seed in range(30):
        augment(given, np.random.default_rng(seed))
    np.testing.assert_array_equal(given, face())


def test_the_same_state_changes_alike_and_another_does_not():
    first, again = (augment(face(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (augment(face(), np.random.default_rng(6)) != first).any()


def test_strength_zero_changes_nothing():
    np.testing.assert_array_equal(augment(face(), np.random.default_rng(1), 0), face())


def test_about_half_of_the_faces_are_mirrored():
    mirrored = 0
    for seed in range(400):
        moved = changes._move(face(), np.random.default_rng(seed), 0.01).astype(int)
        straight = np.abs(moved - face()).mean()
        mirrored += np.abs(moved - face()[:, ::-1]).mean() < straight
    assert 150 < mirrored < 250


def test_face_stays_in_view():
    """What was in the middle is never moved out of the middle half."""
    spot = np.zeros((49, 49, 1), np.uint8)
    spot[22:27, 22:27] = 255
    for seed in range(300):
        moved = changes._move(spot, np.random.default_rng(seed), 1.0)
        assert moved[10:39, 10:39].sum() == moved.sum() > 0


def test_light_is_changed_and_clipped_and_never_wraps():
    bright = np.full((32, 32, 1), 250, np.uint8)
    dark = np.full((32, 32, 1), 5, np.uint8)
    levels = set()
    for seed in range(200):
        lit = changes._relight(bright, np.random.default_rng(seed), 1.0)
        levels.add(int(lit.mean()))
        assert lit.min() > 100
        assert changes._relight(dark, np.random.default_rng(seed), 1.0).max() < 150
    assert len(levels) > 20


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ["_blur", "_coarsen", "_compress", "_noise"])
def test_what_harms_a_picture_leaves_it_recognisable(name: str, channels: int):
    given = face(48, channels)
    changed = np.zeros_like(given)
    for seed in range(20):
        changed = getattr(changes, name)(given, np.random.default_rng(seed)).reshape(given.shape)
        assert 0 < np.abs(changed.astype(int) - given).mean() < 20


def test_cover_hides_one_rectangle_with_one_grey_and_nothing_else():
    given = face(48, 3)
    for seed in range(100):
        covered = changes._cover(given, np.random.default_rng(seed))
        rows, columns = np.nonzero((covered != given).any(axis=2))
        assert len(rows) > 0
        patch = covered[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert patch.shape[0] * patch.shape[1] <= 0.4 * 0.4 * 48 * 48
        assert np.ptp(covered[rows, columns]) == 0


def a_batch() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Face ``i`` has grey level ``20 * i`` everywhere and class ``i``."""
    faces = np.stack([np.full((20, 20, 1), 20 * i, np.uint8) for i in range(10)])
    return faces, np.eye(10, dtype=np.float32)


def test_nothing_is_mixed_unless_asked():
    faces, targets = mix(*a_batch(), np.random.default_rng(1))
    np.testing.assert_array_equal(faces, a_batch()[0])
    np.testing.assert_array_equal(targets, a_batch()[1])


@pytest.mark.parametrize("how", ["mixup", "cutmix"])
def test_targets_are_mixed_as_the_pixels_are(how: str):
    """The mean grey level is that of the classes, each by its share."""
    for seed in range(20):
        faces, targets = mix(*a_batch(), np.random.default_rng(seed), **{how: 1.0})
        np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
        levels = targets @ (20.0 * np.arange(10))
        np.testing.assert_allclose(faces.mean(axis=(1, 2, 3)), levels, atol=0.6)
        for face in faces:
            assert len(np.unique(face)) <= (1 if how == "mixup" else 2)


def test_only_the_share_that_is_asked_for_is_mixed():
    changed = 0
    for seed in range(100):
        faces, _ = mix(*a_batch(), np.random.default_rng(seed), mixup=0.3)
        changed += int((faces != a_batch()[0]).any(axis=(1, 2, 3)).sum())
    assert 150 < changed < 300  # a tenth of the partners are the face itself, some shares round to all of it
