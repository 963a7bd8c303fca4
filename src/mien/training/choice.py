"""Which of a few alternatives somebody chooses: the conditional logit (McFadden 1974)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_STEPS = 50
_SMALL = 1e-8


def choice_probabilities(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each alternative, shape ``[cases, alternatives]``; rows sum to 1.

    Args:
        features: shape ``[cases, alternatives, features]``.
        weights: shape ``[features]``.
    """
    utilities = features @ weights
    utilities -= utilities.max(axis=1, keepdims=True)
    odds = np.exp(utilities)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_choice(features: NDArray[np.float64], chosen: NDArray[np.intp], ridge: float) -> NDArray[np.float64]:
    """The weights that explain the choices best, by Newton's method; shape ``[features]``.

    Args:
        features: shape ``[cases, alternatives, features]``.
        chosen: the alternative of each case, shape ``[cases]``.
        ridge: how much large weights are held back; above 0.
    """
    count = features.shape[2]
    weights = np.zeros(count)
    taken = features[np.arange(len(chosen)), chosen]
    for _ in range(_MOST_STEPS):
        p = choice_probabilities(features, weights)
        expected = np.einsum("nc,ncf->nf", p, features)
        gradient = (taken - expected).sum(axis=0) - ridge * weights
        weighted = (features * np.sqrt(p)[:, :, None]).reshape(-1, count)
        curvature = weighted.T @ weighted - expected.T @ expected + ridge * np.eye(count)
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < _SMALL:
            break
    return weights


def by_alternative(features: NDArray[np.float64], alternatives: int) -> NDArray[np.float64]:
    """Facts of a case that each alternative weighs in its own way (multinomial logistic regression).

    Shape ``[cases, features]`` to ``[cases, alternatives, alternatives * features]``.
    """
    each = np.einsum("ab,nf->nabf", np.eye(alternatives), features)
    return np.asarray(each.reshape(len(features), alternatives, -1))
