"""Linear discriminants of classes whose place and spread are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from mien.training.discriminant import discriminant


def songs_around(centres: np.ndarray, each: int, rng: np.random.Generator) -> tuple[list, np.ndarray]:
    """One row a song, of variance 1 around the centre of its class."""
    labels = np.repeat(np.arange(len(centres)), each)
    return [(centres[label] + rng.standard_normal(centres.shape[1]))[None] for label in labels], labels


def scores(songs: list, found: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    weights, offsets = found
    return np.concatenate(songs) @ weights + offsets


def test_two_classes_are_parted_halfway_between_them():
    songs, labels = songs_around(np.array([[-2.0, 0.0], [2.0, 0.0]]), 4000, np.random.default_rng(1))
    weights, offsets = discriminant(songs, labels, 2, shrinkage=0.0)
    # For variance 1, the log odds are (centre 1 - centre 0) . x.
    np.testing.assert_allclose(weights[:, 1] - weights[:, 0], [4, 0], atol=0.2)
    assert offsets[1] - offsets[0] == pytest.approx(0, abs=0.2)


def test_a_class_of_more_songs_is_likelier_in_between():
    rng = np.random.default_rng(2)
    few, _ = songs_around(np.array([[-2.0]]), 500, rng)
    many, _ = songs_around(np.array([[2.0]]), 1500, rng)
    labels = np.repeat([0, 1], [500, 1500])
    _weights, offsets = discriminant([*few, *many], labels, 2, shrinkage=0.0)
    assert offsets[1] - offsets[0] == pytest.approx(np.log(3), abs=0.3)


def test_directions_in_which_a_song_differs_from_itself_count_less():
    rng = np.random.default_rng(3)
    labels = np.tile([0, 1], 200)
    centres = np.where(labels, 1.0, -1.0)
    songs = [
        np.column_stack([c + rng.normal(0, 0.5, 6), c + rng.normal(0, 4, 6)]) for c in centres
    ]  # the second feature changes between stretches of one song
    weights, _offsets = discriminant(songs, labels, 2, shrinkage=0.0)
    steady, changing = np.abs(weights[:, 1] - weights[:, 0])
    assert steady > 10 * changing


def test_songs_with_many_rows_weigh_no_more_than_others():
    rng = np.random.default_rng(4)
    songs, labels = songs_around(np.array([[-1.0, 1.0], [1.0, 0.0]]), 50, rng)
    repeated = [np.repeat(rows, 1 + 9 * (i % 2), axis=0) for i, rows in enumerate(songs)]
    for a, b in zip(discriminant(songs, labels, 2, 0.3), discriminant(repeated, labels, 2, 0.3), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_class_without_songs_is_never_the_likeliest():
    songs, labels = songs_around(np.array([[-2.0], [2.0]]), 50, np.random.default_rng(5))
    found = scores([rows * 1000 for rows in songs], discriminant(songs, labels * 2, 4, 0.3))
    assert set(found.argmax(axis=1)) == {0, 2}


def test_songs_without_a_label_are_left_out_and_none_at_all_favour_no_class():
    songs, labels = songs_around(np.array([[-2.0], [2.0]]), 50, np.random.default_rng(6))
    unlabelled = [*songs, np.full((1, 1), 1e6)]
    for a, b in zip(
        discriminant(songs, labels, 2, 0.3),
        discriminant(unlabelled, np.append(labels, -1), 2, 0.3),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)
    weights, offsets = discriminant(songs, np.full(100, -1), 2, 0.3)
    assert not weights.any()
    assert not offsets.any()


def test_more_features_than_songs_are_no_trouble():
    rng = np.random.default_rng(7)
    songs = [rng.standard_normal((1, 40)) for _ in range(12)]
    weights, offsets = discriminant(songs, np.arange(12) % 3, 3, 0.3)
    assert np.isfinite(weights).all()
    assert np.isfinite(offsets).all()
