"""The sinking guard: it notices a run of sad songs with sad readings, and offers something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.domain import Emotion, Mood, PolicyName
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mien.domain import Reading

RUN_OF_SONGS = 4
RUN_OF_READINGS = 2
WITHIN_S = 7200.0


@dataclass(frozen=True, slots=True)
class Offer:
    """Something else than what is being played; the listener may take it or leave it.

    Attributes:
        policy: what is offered.
        to: where it leads, for a journey.
        sentence: what to say.
    """

    policy: PolicyName
    to: Mood
    sentence: Sentence


def sinking(
    heard: Sequence[tuple[datetime, Mood]],
    readings: Sequence[tuple[datetime, Reading]],
    now: datetime,
) -> Offer | None:
    """An offer, where the last songs were sad and the listener looked sad all along.

    Args:
        heard: when each song was started and its mood as the listener hears it, the newest first.
        readings: when each was made, the newest first.
        now: the moment.
    """
    songs = [mood for at, mood in heard[:RUN_OF_SONGS] if (now - at).total_seconds() <= WITHIN_S]
    faces = [
        reading.emotion.top
        for at, reading in readings
        if reading.certain and reading.emotion is not None and (now - at).total_seconds() <= WITHIN_S
    ][:RUN_OF_READINGS]
    if songs != [Mood.SAD] * RUN_OF_SONGS or faces != [Emotion.SAD] * RUN_OF_READINGS:
        return None
    return Offer(
        PolicyName.JOURNEY,
        Mood.TENDER,
        say(
            "offer_tender",
            "the last {songs} songs were sad and you looked sad all along; if you like, go on from here to"
            " something tender",
            songs=RUN_OF_SONGS,
        ),
    )
