"""From an emotion to the moods that are wanted: a policy is a 7 x 7 matrix, one row an emotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.domain import Emotion, Estimate, Mood, PolicyName

if TYPE_CHECKING:
    from collections.abc import Mapping

# A judgement: research finds no map that is right for everyone, so the listener chooses and corrects.
_MATCH: Mapping[Emotion, Mapping[Mood, float]] = {
    Emotion.HAPPY: {Mood.HAPPY: 1.0},
    Emotion.SURPRISE: {Mood.ENERGETIC: 1.0},
    Emotion.ANGRY: {Mood.ANGRY: 1.0},
    Emotion.FEAR: {Mood.TENSE: 1.0},
    Emotion.SAD: {Mood.SAD: 1.0},
    Emotion.NEUTRAL: {Mood.CALM: 1.0},
    Emotion.DISGUST: {Mood.TENDER: 1.0},
}

POLICIES: Mapping[PolicyName, Mapping[Emotion, Mapping[Mood, float]]] = {PolicyName.MATCH: _MATCH}
"""Each policy's matrix: for each emotion the weights of the moods, 0 where not named; a row sums to 1."""

_SHARPNESS = 2.0
_CAUTION = 0.5
_FACES = {
    Emotion.ANGRY: "an angry face",
    Emotion.DISGUST: "a disgusted face",
    Emotion.FEAR: "a fearful face",
    Emotion.HAPPY: "a happy face",
    Emotion.SAD: "a sad face",
    Emotion.SURPRISE: "a surprised face",
    Emotion.NEUTRAL: "a neutral face",
}


def certainly(emotion: Emotion) -> Estimate[Emotion]:
    """The estimate of someone who says what they feel."""
    return Estimate({label: float(label is emotion) for label in Emotion})


def wanted_moods(emotion: Estimate[Emotion] | None, policy: PolicyName) -> dict[Mood, float]:
    """The moods to play for an emotion, as weights that sum to 1.

    The whole estimate counts and not only its top: probabilities are squared, so that what the face probably
    says outweighs what it may say. An estimate that is not certain is not squared, and blended half and half
    with all moods alike; none at all wants all moods alike.

    Args:
        emotion: the estimate; None when no face was seen.
        policy: how an emotion becomes a mood.
    """
    alike = 1.0 / len(Mood)
    if emotion is None:
        return dict.fromkeys(Mood, alike)
    caution = 0.0 if emotion.certain else _CAUTION
    shares = _shares(emotion, policy)
    return {mood: caution * alike + (1.0 - caution) * sum(shares[mood].values()) for mood in Mood}


def reasons(emotion: Estimate[Emotion] | None, policy: PolicyName) -> dict[Mood, str]:
    """Why each mood is wanted, to follow the word "which" in a sentence."""
    if emotion is None:
        return dict.fromkeys(Mood, "is one of all moods, as no face was seen")
    if not emotion.certain:
        return dict.fromkeys(Mood, "is one of all moods, as the face cannot be read for certain")
    shares = _shares(emotion, policy)
    return {mood: f"fits {_FACES[max(of, key=of.__getitem__)]}" for mood, of in shares.items()}


def _shares(emotion: Estimate[Emotion], policy: PolicyName) -> dict[Mood, dict[Emotion, float]]:
    """How much of each mood each emotion asks for; all together sum to 1."""
    sharpness = _SHARPNESS if emotion.certain else 1.0
    weights = {label: p**sharpness for label, p in emotion.probabilities.items()}
    total = sum(weights.values())
    matrix = POLICIES[policy]
    return {
        mood: {label: weight / total * matrix[label].get(mood, 0.0) for label, weight in weights.items()}
        for mood in Mood
    }
