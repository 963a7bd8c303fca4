"""What recommending and learning answer with, and how a track looks to the listener who asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mien.domain import Estimate, Mood, Recommendation
from mien.recommend.why import why
from mien.sentences import in_english

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.domain import Emotion, PolicyName, Rating, Reading, Track
    from mien.recommend.catalogue import Catalogue
    from mien.recommend.guard import Offer
    from mien.recommend.personal import Hearing
    from mien.recommend.policy import Wanted
    from mien.recommend.rank import Pick
    from mien.recommend.view import View
    from mien.sentences import Sentence

_MOODS = tuple(Mood)


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Songs to play, in order.

    Attributes:
        tracks: each track at most once; empty only when nothing may be played.
        notes: what to tell the listener of the list as a whole.
    """

    tracks: tuple[Recommendation, ...]
    notes: tuple[Sentence, ...]

    @property
    def note(self) -> str | None:
        """The notes, in one sentence; None when there is nothing to tell."""
        return in_english(self.notes) or None


@dataclass(frozen=True, slots=True)
class Queue:
    """Songs for a moment.

    Attributes:
        reading: what the listener's face said; None when they said it themselves.
        reading_id: the store's number for it; None likewise.
        policy: how the emotion became the wanted moods; None when the listener named the moods.
        moods: how much of each mood is wanted; they sum to 1. On a journey: at its end.
        recommended: the songs in order, and a note on the whole.
        offer: something else that the listener may like better just now; None mostly.
        to: where a journey leads; None when it is none.
        minutes: how long the list was to last; None where that was not said.
        seed: gives the same list again, as long as nothing was learned.
    """

    reading: Reading | None
    reading_id: int | None
    policy: PolicyName | None
    moods: Mapping[Mood, float]
    recommended: Recommendations
    offer: Offer | None = None
    to: Mood | None = None
    minutes: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A track whose mood changed by what the listener said of another."""

    track: Track
    was: Mood
    now: Mood


@dataclass(frozen=True, slots=True)
class Changed:
    """What a correction did.

    Attributes:
        track: the corrected one, as it is now.
        before: the listener's label before; None where they had given none. :meth:`Listening.label` with it,
            or :meth:`Listening.unlabel`, undoes the correction exactly.
        moved: other tracks whose top mood moved, those that sound most like it first; the first few.
        moved_count: how many moved in all.
    """

    track: Track
    before: Mood | None
    moved: tuple[Moved, ...]
    moved_count: int


@dataclass(frozen=True, slots=True)
class Question:
    """A song whose mood is worth asking for, and the sentence to ask it with."""

    track: Track
    sentence: Sentence


def felt(reading: Reading | None) -> Estimate[Emotion] | None:
    """What a reading says that one feels; not certain where the reading is not."""
    if reading is None or reading.emotion is None:
        return None
    if reading.certain:
        return replace(reading.emotion, certain=True, reason=None, reason_code=None)
    return replace(reading.emotion, certain=False, reason=reading.reason, reason_code=reading.reason_code)


def recommendation(
    view: View, aim: Wanted, pick: Pick, track: Track, rating: Rating | None
) -> Recommendation:
    """A song as it is recommended: as the listener hears it, and why."""
    heard = as_heard(track, view.catalogue, view.hearing, pick.row)
    return Recommendation(heard, pick.score, why(view, aim, pick, rating), pick.parts)


def as_heard(track: Track, catalogue: Catalogue, heard_as: Hearing, row: int) -> Track:
    """A track with its mood as the listener hears it."""
    moods = heard_as.moods[row]
    if track.labelled or (moods == catalogue.moods[row]).all():
        return track
    probabilities = dict(zip(_MOODS, (moods / moods.sum()).tolist(), strict=True))
    valence, arousal = heard_as.plane[row].tolist()
    certain = bool(heard_as.certain[row])
    reason = None if certain else track.mood.reason
    return replace(track, mood=Estimate(probabilities, certain, reason), valence=valence, arousal=arousal)
