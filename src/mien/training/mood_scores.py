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
    if QUADRANTS not in estimates or set(songs.heads[QUADRANTS]) != set(Quadrant):
        return {}
    labelled = songs.reference[QUADRANTS] >= 0
    order, reference = songs.heads[QUADRANTS], songs.reference[QUADRANTS][labelled]
    sides = {
        "valence": (Quadrant.EXUBERANCE, Quadrant.CONTENTMENT),
        "arousal": (Quadrant.EXUBERANCE, Quadrant.ANXIETY),
    }
    signs = {}
    for name, side in sides.items():
        positive = [order.index(quadrant) for quadrant in side]
        estimated = estimates[QUADRANTS][labelled][:, positive].sum(axis=1) > 0.5  # noqa: PLR2004
        signs[name] = float((estimated == np.isin(reference, positive)).mean())
    return signs
