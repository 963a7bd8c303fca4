"""Linear discriminant analysis in closed form: the song network's plainest member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# The score of a class that no song is of: further below all others than any song can bring it.
_NEVER = -1e6


def discriminant(
    songs: Sequence[NDArray[np.floating]], labels: NDArray[np.int64], classes: int, shrinkage: float
) -> tuple[Floats, Floats]:
    """What makes each class's log probability, but for a constant, of the features (Fisher 1936).

    The classes share one covariance, which is shrunk towards a sphere: there are hardly more songs than
    features. All rows of a song together weigh as much as one, so that how a song differs from itself (by
    stretch and by band) counts as no difference of classes.

    Args:
        songs: standardised rows of each song, shape ``[rows, d]``.
        labels: the class of each; -1 where it has none.
        classes: how many there are.
        shrinkage: from 0, the covariance as it is, to 1, a sphere.

    Returns:
        Weights ``[d, classes]`` and offsets ``[classes]``; zeros where no song has a label.
    """
    known = [i for i, label in enumerate(labels) if label >= 0]
    size = songs[0].shape[1]
    if not known:
        return np.zeros((size, classes)), np.zeros(classes)
    rows = np.concatenate([songs[i] for i in known]).astype(np.float64)
    counts = np.array([len(songs[i]) for i in known])
    of_row, share = np.repeat(labels[known], counts), np.repeat(1 / counts, counts)
    belongs = np.eye(classes)[of_row] * share[:, None]
    songs_each = belongs.sum(axis=0)
    centres = (belongs.T @ rows) / np.maximum(songs_each, 1e-9)[:, None]
    apart = (rows - centres[of_row]) * np.sqrt(share)[:, None]
    covariance = apart.T @ apart / len(known)
    sphere = np.eye(size) * max(float(np.trace(covariance)) / size, 1e-9)
    weights = np.linalg.solve((1 - shrinkage) * covariance + shrinkage * sphere, centres.T)
    present = songs_each > 0
    prior = np.log(np.where(present, songs_each, 1) / len(known))
    offsets = np.where(present, prior - 0.5 * (centres.T * weights).sum(axis=0), _NEVER)
    return weights * present, offsets
