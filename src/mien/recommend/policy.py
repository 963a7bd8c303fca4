"""From an emotion to the moods that are wanted: a policy is a 7 x 7 matrix, one row an emotion.

``journey`` is a path instead of a matrix: it starts where the listener is on the valence-arousal plane and
ends at the mood that they choose (the iso principle of music therapy: Altshuler 1948; Starcke, Mayr and von
Georgi 2021, "Emotion modulation through music after sadness induction").
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from mien.domain import EMOTION_PLANE, MOOD_PLANE, Emotion, Estimate, Mood, PolicyName
from mien.errors import ConfigurationError
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Mapping

Matrix: TypeAlias = "Mapping[Emotion, Mapping[Mood, float]]"
Point: TypeAlias = tuple[float, float]
"""Valence and arousal, each from -1 to 1."""

# Judgements: research finds no map that is right for everyone, so the listener chooses and corrects.
_MATCH: Matrix = {
    Emotion.HAPPY: {Mood.HAPPY: 1.0},
    Emotion.SURPRISE: {Mood.ENERGETIC: 1.0},
    Emotion.ANGRY: {Mood.ANGRY: 1.0},
    Emotion.FEAR: {Mood.TENSE: 1.0},
    Emotion.SAD: {Mood.SAD: 1.0},
    Emotion.NEUTRAL: {Mood.CALM: 1.0},
    Emotion.DISGUST: {Mood.TENDER: 1.0},
}
# A step towards pleasant from where one is, not a jump: what is slow stays slow, what is fast stays fast.
_LIFT: Matrix = {
    Emotion.HAPPY: {Mood.HAPPY: 0.7, Mood.ENERGETIC: 0.3},
    Emotion.SURPRISE: {Mood.HAPPY: 0.5, Mood.ENERGETIC: 0.5},
    Emotion.ANGRY: {Mood.ENERGETIC: 0.7, Mood.HAPPY: 0.3},
    Emotion.FEAR: {Mood.CALM: 0.4, Mood.TENDER: 0.3, Mood.HAPPY: 0.3},
    Emotion.SAD: {Mood.TENDER: 0.5, Mood.HAPPY: 0.3, Mood.CALM: 0.2},
    Emotion.NEUTRAL: {Mood.HAPPY: 0.7, Mood.ENERGETIC: 0.3},
    Emotion.DISGUST: {Mood.HAPPY: 0.6, Mood.TENDER: 0.4},
}
_CALM: Matrix = {
    Emotion.HAPPY: {Mood.CALM: 0.5, Mood.TENDER: 0.5},
    Emotion.SURPRISE: {Mood.CALM: 0.6, Mood.TENDER: 0.4},
    Emotion.ANGRY: {Mood.CALM: 0.8, Mood.TENDER: 0.2},
    Emotion.FEAR: {Mood.CALM: 0.7, Mood.TENDER: 0.3},
    Emotion.SAD: {Mood.TENDER: 0.6, Mood.CALM: 0.4},
    Emotion.NEUTRAL: {Mood.CALM: 0.8, Mood.TENDER: 0.2},
    Emotion.DISGUST: {Mood.CALM: 0.6, Mood.TENDER: 0.4},
}

POLICIES: Mapping[PolicyName, Matrix] = {
    PolicyName.MATCH: _MATCH,
    PolicyName.LIFT: _LIFT,
    PolicyName.CALM: _CALM,
    PolicyName.RANDOM: _MATCH,
}
"""The policies that are tables: for each emotion the moods' weights, 0 where not named; a row sums to 1."""

READING_HALF_LIFE_S = 1800.0
"""Moods last longer than expressions; after this time a reading says half as much of how one feels now."""

_SHARPNESS = 2.0
_OLD = 0.5
# How far apart on the plane two moods are that are wanted half as much each, midway between them.
_REACH = 0.45
_FACES = {
    Emotion.ANGRY: say("face_angry", "an angry face"),
    Emotion.DISGUST: say("face_disgust", "a disgusted face"),
    Emotion.FEAR: say("face_fear", "a fearful face"),
    Emotion.HAPPY: say("face_happy", "a happy face"),
    Emotion.SAD: say("face_sad", "a sad face"),
    Emotion.SURPRISE: say("face_surprise", "a surprised face"),
    Emotion.NEUTRAL: say("face_neutral", "a neutral face"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to play towards.

    Attributes:
        moods: how much of each mood is wanted; they sum to 1. On a journey: at its end.
        strength: how much mood counts at all, from 0 (taste alone) to 1.
        reasons: why each mood is wanted, to follow the word "which".
        note: what the listener should know of it; None when there is nothing to tell.
        path: where a journey starts and ends on the plane; None when it is none.
        at_random: a random song of the mood is wanted, as in the paper; taste does not count.
    """

    moods: Mapping[Mood, float]
    strength: float = 1.0
    reasons: Mapping[Mood, Sentence] = field(default_factory=dict)
    note: Sentence | None = None
    path: tuple[Point, Point] | None = None
    at_random: bool = False


def certainly(emotion: Emotion) -> Estimate[Emotion]:
    """The estimate of someone who says what they feel."""
    return Estimate({label: float(label is emotion) for label in Emotion})


def wanted(
    emotion: Estimate[Emotion] | None,
    policy: PolicyName,
    *,
    own: Matrix | None = None,
    to: Mood | None = None,
    age_s: float = 0.0,
) -> Wanted:
    """What to play for an emotion.

    The whole estimate counts and not only its top: probabilities are squared, so that what the face probably
    says outweighs what it may say. An estimate that is not certain, or none, is not acted on: taste alone
    chooses, and the note says so. A reading that has aged counts less.

    Args:
        emotion: the estimate; None when no face was seen.
        policy: how an emotion becomes a mood.
        own: the listener's own table, for the policy ``own``; rows that it lacks are those of ``match``.
        to: the mood that a journey ends at.
        age_s: seconds since the emotion was read, 0 or more.

    Raises:
        ConfigurationError: a journey without an end, or an own table that was never made.
    """
    if policy is PolicyName.JOURNEY:
        return _journey(emotion, to)
    if emotion is None or not emotion.certain:
        return _cannot_tell(emotion, at_random=policy is PolicyName.RANDOM)
    if policy is PolicyName.OWN and not own:
        raise ConfigurationError(
            say("no_own_table", "you have no table of your own yet: make one with mien policy set-row")
        )
    matrix = {**_MATCH, **(own or {})} if policy is PolicyName.OWN else POLICIES[policy]
    strength = 0.5 ** (max(0.0, age_s) / READING_HALF_LIFE_S)
    shares = _shares(emotion, matrix)
    alike = (1.0 - strength) / len(Mood)
    return Wanted(
        moods={mood: alike + strength * sum(of.values()) for mood, of in shares.items()},
        strength=strength,
        reasons={mood: _reason(max(of, key=of.__getitem__), policy, matrix) for mood, of in shares.items()},
        note=_age_note(age_s) if strength < _OLD else None,
        at_random=policy is PolicyName.RANDOM,
    )


def _reason(emotion: Emotion, policy: PolicyName, matrix: Matrix) -> Sentence:
    """What a mood is to an emotion: it fits, where the policy plays most what would be played anyway."""
    face = _FACES[emotion]
    row, usual = matrix[emotion], _MATCH[emotion]
    if policy is PolicyName.OWN and row != usual:
        return say("chosen_for", "you chose for {face}", face=face)
    if max(row, key=row.__getitem__) != max(usual, key=usual.__getitem__):
        if policy is PolicyName.LIFT:
            return say("lifts", "is meant to lift {face}", face=face)
        if policy is PolicyName.CALM:
            return say("calms", "is meant to calm {face}", face=face)
    return say("fits", "fits {face}", face=face)


def chosen(moods: Mapping[Mood, float]) -> Wanted:
    """What to play when the listener says which moods they want.

    Args:
        moods: weights, 0 or more, not all 0; they need not sum to 1.

    Raises:
        ConfigurationError: they are no weights.
    """
    total = sum(moods.values())
    if not all(math.isfinite(weight) and weight >= 0 for weight in moods.values()) or not total > 0:
        raise ConfigurationError(
            say("wanted_no_weights", "wanted moods are weights of 0 or more, and one at least is above 0")
        )
    return Wanted(
        moods={mood: moods.get(mood, 0.0) / total for mood in Mood},
        reasons=dict.fromkeys(Mood, say("asked_for", "you asked for")),
    )


def chosen_point(valence: float, arousal: float) -> Wanted:
    """What to play when the listener points at the valence-arousal plane; both from -1 to 1."""
    point = (min(1.0, max(-1.0, valence)), min(1.0, max(-1.0, arousal)))
    return Wanted(
        moods=moods_at(point),
        reasons=dict.fromkeys(Mood, say("pointed_at", "is near to where you pointed")),
        path=(point, point),
    )


def moods_at(point: Point) -> dict[Mood, float]:
    """How much of each mood is wanted at a point of the plane: the nearer, the more; they sum to 1."""
    closeness = {
        mood: math.exp(-(math.dist(point, place) ** 2) / (2 * _REACH**2))
        for mood, place in MOOD_PLANE.items()
    }
    total = sum(closeness.values())
    return {mood: closeness[mood] / total for mood in Mood}


def along(path: tuple[Point, Point], fraction: float) -> Point:
    """The point of a journey after a share of it, 0 to 1; it starts and arrives gently."""
    share = min(1.0, max(0.0, fraction))
    eased = share * share * (3.0 - 2.0 * share)
    (x0, y0), (x1, y1) = path
    return x0 + (x1 - x0) * eased, y0 + (y1 - y0) * eased


def emotion_point(emotion: Estimate[Emotion]) -> Point:
    """Where an emotion lies on the plane, under the whole estimate."""
    probabilities = emotion.probabilities.items()
    return (
        sum(p * EMOTION_PLANE[label][0] for label, p in probabilities),
        sum(p * EMOTION_PLANE[label][1] for label, p in probabilities),
    )


def _journey(emotion: Estimate[Emotion] | None, to: Mood | None) -> Wanted:
    if to is None:
        raise ConfigurationError(
            say("journey_needs_end", "a journey needs a mood to go to: say it with --to")
        )
    end = {mood: float(mood is to) for mood in Mood}
    if emotion is None or not emotion.certain:
        note = say(
            "journey_straight", "{why}, so the journey goes straight to {to}", why=_why_not(emotion), to=to
        )
        return Wanted(end, reasons={to: _ARRIVES}, note=note)
    return Wanted(
        moods=end,
        reasons=dict.fromkeys(Mood, say("on_the_way", "is on the way to {to}", to=to)) | {to: _ARRIVES},
        path=(emotion_point(emotion), MOOD_PLANE[to]),
    )


def _cannot_tell(emotion: Estimate[Emotion] | None, *, at_random: bool = False) -> Wanted:
    why = _why_not(emotion)
    if at_random:
        note = say("any_song", "{why}, so any song may come", why=why)
    else:
        note = say("taste_chooses", "{why}, so taste chooses", why=why)
    return Wanted(
        moods=dict.fromkeys(Mood, 1.0 / len(Mood)),
        strength=0.0,
        note=note,
        at_random=at_random,
    )


_ARRIVES = say("arrives", "you want to arrive at")


def _why_not(emotion: Estimate[Emotion] | None) -> Sentence:
    """Why a face is not acted on."""
    if emotion is None:
        return say("face_none", "no face was seen")
    if emotion.reason:
        return Sentence(
            f"face_{emotion.reason_code or 'unsure'}", emotion.reason.replace("{", "{{").replace("}", "}}")
        )
    return say("face_unsure", "the face cannot be read for certain")


def _age_note(age_s: float) -> Sentence:
    return say(
        "face_read_before",
        "the face was read {minutes:.0f} minutes ago, so it counts less",
        minutes=age_s / 60,
    )


def _shares(emotion: Estimate[Emotion], matrix: Matrix) -> dict[Mood, dict[Emotion, float]]:
    """How much of each mood each emotion asks for; all together sum to 1."""
    weights = {label: p**_SHARPNESS for label, p in emotion.probabilities.items()}
    total = sum(weights.values())
    return {
        mood: {label: weight / total * matrix[label].get(mood, 0.0) for label, weight in weights.items()}
        for mood in Mood
    }
