"""How estimates of songs are judged: over folds, calibrated apart, by the signs of valence and arousal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import apply_temperature
from mien.audio.mood import QUADRANTS
from mien.domain import Quadrant
from mien.training.evaluate import fit_temperature, score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mien.training.evaluate import Scores
    from mien.training.songs import Songs

# Of Student's distribution with n - 1 degrees of freedom, for a 95% interval of the mean of n folds.
_STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}

_POSITIVE = {
    "valence": (Quadrant.EXUBERANCE, Quadrant.CONTENTMENT),
    "arousal": (Quadrant.EXUBERANCE, Quadrant.ANXIETY),
}


def figures(
    songs: Songs, head: str, estimates: NDArray[np.floating], which: NDArray[np.bool_], prefix: str
) -> dict[str, float]:
    """Loss and accuracy of one head on ``which`` songs; empty where none has a label."""
    reference = songs.reference[head]
    labelled = which & (reference >= 0)
    if not labelled.any():
        return {}
    likelihood = np.clip(estimates[labelled, reference[labelled]], 1e-12, 1)
    return {
        f"{prefix}loss": float(-np.log(likelihood).mean()),
        f"{prefix}accuracy": accuracy(songs, head, estimates, which),
    }


def accuracy(songs: Songs, head: str, estimates: NDArray[np.floating], which: NDArray[np.bool_]) -> float:
    """Share of ``which`` songs that is right, of those with a label; NaN where none has."""
    labelled = which & (songs.reference[head] >= 0)
    right = estimates[labelled].argmax(axis=1) == songs.reference[head][labelled]
    return float(right.mean()) if len(right) else float("nan")


def scored(songs: Songs, head: str, estimates: NDArray[np.floating]) -> Scores:
    """Scores over all songs with a label."""
    labelled = songs.reference[head] >= 0
    return score(songs.reference[head][labelled], estimates[labelled], songs.heads[head])


def temperature(songs: Songs, head: str, raw: NDArray[np.floating], which: NDArray[np.bool_]) -> float:
    """The temperature that calibrates the estimates of ``which`` songs."""
    labelled = which & (songs.reference[head] >= 0)
    return fit_temperature(songs.reference[head][labelled], raw[labelled])


def calibrated_apart(songs: Songs, head: str, raw: NDArray[np.floating]) -> NDArray[np.floating]:
    """Each fold's estimates under the temperature of the others, so that calibration is judged fairly."""
    calibrated = raw.copy()
    for fold in set(songs.folds.tolist()):
        held_out = songs.folds == fold
        calibrated[held_out] = apply_temperature(raw[held_out], temperature(songs, head, raw, ~held_out))
    return calibrated


def accuracy_by_fold(songs: Songs, head: str, raw: NDArray[np.floating]) -> tuple[float, ...]:
    """In the order of the folds; without those that have none of the head's labels."""
    folds = sorted(set(songs.folds.tolist()))
    accuracies = (accuracy(songs, head, raw, songs.folds == fold) for fold in folds)
    return tuple(a for a in accuracies if not math.isnan(a))


def over_folds(accuracies: tuple[float, ...]) -> dict[str, Any]:
    """Mean over the folds with its 95% interval (Student)."""
    mean, n = float(np.mean(accuracies)), len(accuracies)
    half = _STUDENT.get(n, 1.96) * float(np.std(accuracies, ddof=1)) / n**0.5 if n > 1 else 1.0
    return {
        "accuracy_by_fold": [round(a, 5) for a in accuracies],
        "accuracy_over_folds": {
            "mean": round(mean, 5),
            "low": round(mean - half, 5),
            "high": round(mean + half, 5),
        },
    }


def signs(songs: Songs, estimates: Mapping[str, NDArray[np.floating]]) -> dict[str, float]:
    """How often valence and arousal, as the quadrants imply them, have the right sign."""
    if not _of_thayer(songs, estimates):
        return {}
    labelled = songs.reference[QUADRANTS] >= 0
    reference = songs.reference[QUADRANTS][labelled]
    found = {}
    for name, side in _POSITIVE.items():
        positive = [songs.heads[QUADRANTS].index(quadrant) for quadrant in side]
        estimated = estimates[QUADRANTS][labelled][:, positive].sum(axis=1) > 0.5  # noqa: PLR2004
        found[name] = float((estimated == np.isin(reference, positive)).mean())
    return found


def plane(
    songs: Songs, estimates: Mapping[str, NDArray[np.floating]]
) -> tuple[tuple[float, float, str], ...]:
    """Valence and arousal of each song, -1 to 1, as the quadrants imply them, and the quadrant it is of."""
    if not _of_thayer(songs, estimates):
        return ()
    order = songs.heads[QUADRANTS]
    weights = np.array([[1 if quadrant in side else -1 for side in _POSITIVE.values()] for quadrant in order])
    points = np.round(estimates[QUADRANTS] @ weights, 4).tolist()
    return tuple(
        (valence, arousal, order[quadrant])
        for (valence, arousal), quadrant in zip(points, songs.reference[QUADRANTS], strict=True)
        if quadrant >= 0
    )


def _of_thayer(songs: Songs, estimates: Mapping[str, NDArray[np.floating]]) -> bool:
    return QUADRANTS in estimates and set(songs.heads[QUADRANTS]) == set(Quadrant)
