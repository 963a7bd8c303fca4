"""Which songs to play: a random song of the wanted mood, as in the paper, and the next, and the next.

Within a mood each song's chance is how sure its mood is, times what the listener thinks of it. A draw without
replacement is one sort by exponential variates (Efraimidis and Spirakis 2006, "Weighted random sampling with
a reservoir").
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import Mood, Rating, Recommendation, Track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_MOODS = tuple(Mood)
_TASTE = {Rating.LIKE: 2.0, Rating.DISLIKE: 0.25, Rating.BAN: 0.0}
_OPINIONS = {Rating.LIKE: "; you like it", Rating.DISLIKE: "; you dislike it, so it comes seldom"}
_LEAST_CHANCE = 1e-9

# Where a song stands in the queue of a mood, whatever its chance.
_FRESH, _HEARD, _OTHER, _OTHER_HEARD, _LAST = range(5)


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Songs to play, in order.

    Attributes:
        tracks: each track at most once; empty only when nothing may be played.
        note: what to tell the listener of the list as a whole; None when there is nothing to tell.
    """

    tracks: tuple[Recommendation, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class _Library:
    """What may be played, as columns; row i is ``tracks[i]``.

    Attributes:
        moods: probabilities, shape ``[tracks, 7]``.
        chances: ``moods`` times what the listener thinks of the track, above 0, shape ``[tracks, 7]``.
        tops: the column of each track's most probable mood, shape ``[tracks]``.
        ages: how many tracks ago it was heard, 1 for the last one; 0 if not lately; shape ``[tracks]``.
    """

    tracks: Sequence[Track]
    moods: NDArray[np.float64]
    chances: NDArray[np.float64]
    tops: NDArray[np.intp]
    ages: NDArray[np.intp]


def recommend(
    tracks: Sequence[Track],
    wanted: Mapping[Mood, float],
    *,
    n: int,
    seed: int,
    ratings: Mapping[int, Rating],
    recent: Sequence[int] = (),
    reasons: Mapping[Mood, str] | None = None,
) -> Recommendations:
    """Choose ``n`` songs, each of a mood that is drawn from ``wanted``.

    A mood's songs come in this order: those not heard lately, at random; those heard lately, the longest ago
    first; songs of other moods, those with most of this one first; the very last song heard. Banned songs
    never come. The same arguments give the same songs.

    Args:
        tracks: the library as the listener sees it (their own labels applied).
        wanted: the weight of each mood, 0 or more; not all 0.
        n: how many songs, at least 1; there are fewer only when the library has fewer.
        seed: of the draw, 0 or more.
        ratings: the listener's, by track number.
        recent: numbers of the tracks heard lately, the newest first.
        reasons: why each mood is wanted, to follow the word "which".
    """
    if n < 1:
        raise ValueError(f"n is {n}; at least one song can be recommended")
    library = _library(tracks, ratings, recent)
    if not library.tracks:
        return Recommendations((), _why_nothing(tracks))
    picks = _pick(library, wanted, n, np.random.default_rng(seed))
    recommendations = (
        Recommendation(
            track=library.tracks[row],
            score=float(library.chances[row, column]),
            why=_why(library, row, column, ratings, reasons or {}),
        )
        for row, column in picks
    )
    return Recommendations(tuple(recommendations), _note(library, picks, n))


def _library(tracks: Sequence[Track], ratings: Mapping[int, Rating], recent: Sequence[int]) -> _Library:
    allowed = [track for track in tracks if ratings.get(track.id) is not Rating.BAN]
    rows = map(itemgetter(*_MOODS), map(attrgetter("mood.probabilities"), allowed))
    flat = np.fromiter(chain.from_iterable(rows), np.float64, len(allowed) * len(_MOODS))
    moods = flat.reshape(-1, len(_MOODS))
    ids = [track.id for track in allowed]
    taste = np.fromiter((_TASTE[ratings[i]] if i in ratings else 1.0 for i in ids), np.float64, len(ids))
    # From the oldest to the newest, so that a track heard twice counts as heard when it was last.
    heard = {track_id: age for age, track_id in reversed(list(enumerate(recent, start=1)))}
    return _Library(
        tracks=allowed,
        moods=moods,
        chances=np.maximum(moods * taste[:, None], _LEAST_CHANCE),
        tops=moods.argmax(axis=1),
        ages=np.fromiter((heard.get(i, 0) for i in ids), np.intp, len(ids)),
    )


def _pick(
    library: _Library, wanted: Mapping[Mood, float], n: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Row and mood (its column) of each song to play; no row twice."""
    weights = np.array([wanted.get(mood, 0.0) for mood in _MOODS])
    length = min(n, len(library.tracks))
    columns = rng.choice(len(_MOODS), size=length, p=weights / weights.sum()).tolist()
    queues = {column: iter(_queue(library, column, length, rng)) for column in sorted(set(columns))}
    taken: set[int] = set()
    picks = []
    for column in columns:
        row = next(row for row in queues[column] if row not in taken)
        taken.add(row)
        picks.append((row, column))
    return picks


def _queue(library: _Library, column: int, length: int, rng: np.random.Generator) -> list[int]:
    """The first ``length`` rows of a mood's queue."""
    chances, ages = library.chances[:, column], library.ages
    of_mood, heard = library.tops == column, ages > 0
    arrivals = rng.exponential(size=len(chances)) / chances
    # The whole number is where the song stands, the fraction its order among those that stand there.
    position = np.where(of_mood, _FRESH + arrivals / (1.0 + arrivals), _OTHER + 1.0 / (1.0 + chances))
    position[heard] = np.where(of_mood, _HEARD, _OTHER_HEARD)[heard] + 1.0 / (1.0 + ages[heard])
    position[ages == 1] = _LAST
    first = np.argpartition(position, length - 1)[:length]
    return [int(row) for row in first[np.argsort(position[first], kind="stable")]]


def _why(
    library: _Library, row: int, column: int, ratings: Mapping[int, Rating], reasons: Mapping[Mood, str]
) -> str:
    track, mood, top = library.tracks[row], _MOODS[column], _MOODS[library.tops[row]]
    sentence = "" if track.mood.certain else "perhaps "
    sentence += f"{top}, as you labelled it" if track.labelled else f"{top} with {track.mood.confidence:.0%}"
    if top is not mood:
        sentence += f", but nearest to {mood} ({library.moods[row, column]:.0%})"
    if mood in reasons:
        sentence += f", which {reasons[mood]}"
    if library.ages[row]:
        sentence += "; heard lately, for want of others"
    if track.id in ratings:
        sentence += _OPINIONS[ratings[track.id]]
    return sentence


def _why_nothing(tracks: Sequence[Track]) -> str:
    if tracks:
        return "every song of the library is banned: take a ban back with mien rate"
    return "the library is empty: add music with mien scan"


def _note(library: _Library, picks: Sequence[tuple[int, int]], n: int) -> str | None:
    """Which moods the library has too few songs of, and whether it has too few at all."""
    notes = []
    for column in dict.fromkeys(column for row, column in picks if library.tops[row] != column):
        count = int(np.count_nonzero(library.tops == column))
        songs = {0: "no song is", 1: "only one song is"}.get(count, f"only {count} songs are")
        notes.append(f"{songs} {_MOODS[column]}, so the nearest to it were taken")
    if len(picks) < n:
        notes.append(f"only {len(picks)} songs of the library may be played")
    return "; ".join(notes) or None
