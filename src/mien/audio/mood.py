"""From a song's features to what it expresses, by the song network."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from mien.artifacts import Network, apply_temperature
from mien.audio.features import FEATURES, FEATURES_VERSION
from mien.domain import Estimate, Mood, MoodEstimate, Quadrant, undecided
from mien.errors import ArtifactError
from mien.sentences import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.artifacts import Artifact

INPUT = "features"
MOODS, QUADRANTS, EMBEDDING = "moods", "quadrants", "embedding"
LabelT = TypeVar("LabelT", bound=StrEnum)


class MoodNetwork:
    """The mood artifact at work.

    Raises:
        ArtifactError: it was made for other features, or lacks one of the seven moods and four quadrants.
    """

    def __init__(self, artifact: Artifact) -> None:
        require_features(artifact)
        self.version = artifact.version
        self._moods = _Head(artifact, MOODS, Mood)
        self._quadrants = _Head(artifact, QUADRANTS, Quadrant)
        self._network = Network(artifact)

    def estimate(self, features: NDArray[np.floating]) -> list[MoodEstimate]:
        """Estimate the moods of songs or of stretches of them.

        Args:
            features: shape ``[n, len(FEATURES)]``, as :func:`mien.audio.features.vector` gives them.

        Returns:
            One calibrated estimate each, in order.
        """
        if len(features) == 0:
            return []
        outputs = self._network.run(np.ascontiguousarray(features, np.float32))
        rows = zip(outputs[MOODS], outputs[QUADRANTS], outputs[EMBEDDING], strict=True)
        return [
            _joined(self._moods.decide(moods), self._quadrants.decide(quadrants), tuple(embedding.tolist()))
            for moods, quadrants, embedding in rows
        ]

    def unknown(self, reason: str) -> MoodEstimate:
        """What can be said when nothing was heard: how common each mood is. Not certain; no embedding."""
        return _joined(self._moods.unknown(reason), self._quadrants.unknown(reason), ())


def require_features(artifact: Artifact) -> None:
    """Refuse an artifact that was trained on other features than this Mien measures.

    Raises:
        ArtifactError: it was.
    """
    version, count = (artifact.preprocessing.get(name) for name in ("features_version", "features"))
    if (version, count) != (FEATURES_VERSION, len(FEATURES)):
        raise ArtifactError(
            say(
                "model_other_features",
                "{folder} reads version {version} of the song features, this Mien measures version {own};"
                " train it again",
                folder=str(artifact.folder),
                version=str(version),
                own=FEATURES_VERSION,
            )
        )


class _Head(Generic[LabelT]):
    """One output of the network: its labels, and the numbers that make an estimate of it."""

    def __init__(self, artifact: Artifact, name: str, labels: type[LabelT]) -> None:
        order = artifact.heads.get(name, ())
        if set(order) != set(labels):
            raise ArtifactError(
                say(
                    "model_other_labels",
                    "{folder} does not estimate Mien's {name}; train it on them",
                    folder=str(artifact.folder),
                    name=name,
                )
            )
        self._order = tuple(labels(label) for label in order)
        try:
            decision = artifact.decision[name]
            self._temperature = float(decision["temperature"])
            self._least_confidence = float(decision["least_confidence"])
            self._prior = {label: float(decision["prior"][label]) for label in self._order}
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(
                say(
                    "model_no_decision",
                    "{folder} does not say how to decide on {name} ({fault}); train it again",
                    folder=str(artifact.folder),
                    name=name,
                    fault=str(error),
                )
            ) from None

    def decide(self, raw: NDArray[np.float32]) -> Estimate[LabelT]:
        """Temperature, then whether it is sure enough."""
        scaled = apply_temperature(raw.astype(np.float64), self._temperature)
        probabilities = dict(zip(self._order, scaled.tolist(), strict=True))
        reason = undecided(probabilities, self._least_confidence)
        return Estimate(probabilities, reason is None, reason)

    def unknown(self, reason: str) -> Estimate[LabelT]:
        return Estimate(self._prior, certain=False, reason=reason)


def _joined(
    moods: Estimate[Mood], quadrants: Estimate[Quadrant], embedding: tuple[float, ...]
) -> MoodEstimate:
    p = quadrants.probabilities
    positive = p[Quadrant.EXUBERANCE] + p[Quadrant.CONTENTMENT]
    aroused = p[Quadrant.EXUBERANCE] + p[Quadrant.ANXIETY]
    return MoodEstimate(
        moods=moods,
        quadrants=quadrants,
        valence=_signed(positive),
        arousal=_signed(aroused),
        embedding=embedding,
    )


def _signed(probability: float) -> float:
    return min(1.0, max(-1.0, 2 * probability - 1))
