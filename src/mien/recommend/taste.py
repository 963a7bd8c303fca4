"""What a listener thinks of each song, worked out from what they did: nothing is trained, nothing is hidden.

The history (listens, ratings, labels, "not now") is all there is; taste is computed from it whenever it is
needed. So learning is adding to the history, and unlearning is taking away from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import Mood, Rating, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue

DAY_S = 86_400.0
# A listen says half as much of today's taste after this time.
TASTE_HALF_LIFE_S = 60 * DAY_S
# What is enjoyed now: songs of the last while, the latest most.
MOMENT_S = 5400.0
MOMENT_HALF_LIFE_S = 1800.0
# Played this far, a song counts as finished: people skip fade-outs.
FINISHED = 0.8
# How many listens a rating is worth, and with which sign.
RATING_WORTH = {Rating.LIKE: 2.0, Rating.DISLIKE: -4.0, Rating.BAN: -4.0}
# How many listens "more like this" is worth to how songs sound: on the whole, and for this moment, which it
# is said for and which it has to turn.
_WISH_WORTH, _WISH_WORTH_NOW = 3.0, 6.0
# How many neutral listens every song, artist and hour starts with, so that few say little.
_SONG_PRIOR, _ARTIST_PRIOR, _SOUND_PRIOR, _HOUR_PRIOR = 1.0, 3.0, 3.0, 5.0
_HOUR_WIDTH_H = 2.5
_JUST_HEARD_S = 60.0
_RESTED_S = 3 * DAY_S
_LAST_SONG_S = 1800.0


@dataclass(frozen=True, slots=True, eq=False)
class Listens:
    """Playbacks as columns, in the order in which they were remembered.

    Attributes:
        numbers: the store's, ascending, int64 ``[m]``.
        track_ids: int64 ``[m]``.
        started_at_s: Unix time, float64 ``[m]``.
        offsets_s: the listener's clock then, in seconds east of UTC, float64 ``[m]``.
        played_s: float64 ``[m]``.
        skipped: whether the listener went on to another song, bool ``[m]``.
    """

    numbers: NDArray[np.int64]
    track_ids: NDArray[np.int64]
    started_at_s: NDArray[np.float64]
    offsets_s: NDArray[np.float64]
    played_s: NDArray[np.float64]
    skipped: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, float, float, float, bool]]) -> Listens:
        """From (number, track, started at, offset, played, skipped)."""
        columns = list(zip(*rows, strict=True)) or [()] * 6
        return cls(
            numbers=np.array(columns[0], np.int64),
            track_ids=np.array(columns[1], np.int64),
            started_at_s=np.array(columns[2], np.float64),
            offsets_s=np.array(columns[3], np.float64),
            played_s=np.array(columns[4], np.float64),
            skipped=np.array(columns[5], np.bool_),
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def then(self, later: Listens) -> Listens:
        """These, and later ones."""
        return Listens(
            *(
                np.concatenate([getattr(self, name), getattr(later, name)])
                for name in ("numbers", "track_ids", "started_at_s", "offsets_s", "played_s", "skipped")
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What one listener did.

    Attributes:
        listens: what they played.
        ratings: by track number.
        labels: their own words for tracks' moods, by track number.
        snoozes: tracks that they do not want now, and until when.
        wishes: tracks that they want more like, or less, and when they said so.
    """

    listens: Listens = field(default_factory=lambda: Listens.of([]))
    ratings: Mapping[int, Rating] = field(default_factory=dict)
    labels: Mapping[int, Mood] = field(default_factory=dict)
    snoozes: Mapping[int, datetime] = field(default_factory=dict)
    wishes: Mapping[int, tuple[Wish, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What a listener thinks of each track of a catalogue at a moment; every column has shape ``[n]``.

    Attributes:
        song: what they think of the song, -1 to 1.
        artist: of its artist, -1 to 1.
        sound: how alike it sounds to what they enjoy, and unlike what they do not, -1 to 1.
        moment: likewise of the last hour and a half.
        hour: how they take to the artist at this time of day, -1 to 1.
        novelty: 1 where they never heard it, else 0.
        fatigue: -1 where they heard it a minute ago, rising to 0 over weeks.
        blocked: banned, or "not now".
        last_row: the song that they heard last, where that was a moment ago; -1 else.
        heard_rows: the last songs of this moment, the latest first.
        artist_plays: how many playbacks of songs by each artist, shape ``[artists]``.
        artist_finished: how many of them were finished.
    """

    song: NDArray[np.float32]
    artist: NDArray[np.float32]
    sound: NDArray[np.float32]
    moment: NDArray[np.float32]
    hour: NDArray[np.float32]
    novelty: NDArray[np.float32]
    fatigue: NDArray[np.float32]
    blocked: NDArray[np.bool_]
    last_row: int
    heard_rows: tuple[int, ...]
    artist_plays: NDArray[np.intp]
    artist_finished: NDArray[np.intp]


def worth(played: NDArray[np.float64], skipped: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What playbacks say, from -1 (skipped at once) to 1 (finished).

    A song that merely stopped (the listener left) says nothing against it.

    Args:
        played: share of the song that was played, 0 to 1.
        skipped: whether the listener went on to another song.
    """
    against = -(1.0 - played / FINISHED)
    in_favour = np.clip((played - 0.2) / (FINISHED - 0.2), 0.0, 1.0)
    return np.where(skipped & (played < FINISHED), against, in_favour)


def taste_of(catalogue: Catalogue, history: History, now: datetime) -> Taste:
    """What the history says of every track of the catalogue at a moment.

    Args:
        catalogue: the library.
        history: what the listener did.
        now: the moment, in the listener's time zone.
    """
    known = _known(catalogue, history.listens)
    now_s = now.timestamp()
    ages_s = np.maximum(0.0, now_s - known.started_at_s)
    weights = 0.5 ** (ages_s / TASTE_HALF_LIFE_S)
    said = _Said.of(catalogue, history, known, weights)
    artist_numbers = catalogue.artists
    plays, finished = _by_artist(catalogue, known)
    favour, total = said.by_artist(catalogue)
    hour_favour, hour_total = _at_this_hour(catalogue, known, weights, now)
    last, heard_rows = _last(known, ages_s)
    sound, moment = _alike(catalogue, said, known, ages_s, _Wished.of(catalogue, history, now_s))
    return Taste(
        song=_mean(said.favour, said.total, _SONG_PRIOR),
        artist=_of_artist(_mean(favour, total, _ARTIST_PRIOR), artist_numbers),
        sound=sound,
        moment=moment,
        hour=_of_artist(_mean(hour_favour, hour_total, _HOUR_PRIOR), artist_numbers),
        novelty=_never_heard(catalogue, known),
        fatigue=_fatigue(catalogue, known, ages_s),
        blocked=_blocked(catalogue, history, now),
        last_row=last,
        heard_rows=heard_rows,
        artist_plays=plays,
        artist_finished=finished,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The playbacks of tracks that are in the catalogue."""

    rows: NDArray[np.intp]
    started_at_s: NDArray[np.float64]
    offsets_s: NDArray[np.float64]
    played: NDArray[np.float64]
    worth: NDArray[np.float64]


def _known(catalogue: Catalogue, listens: Listens) -> _Known:
    rows = catalogue.rows_of(listens.track_ids)
    there = rows >= 0
    durations_s = np.maximum(catalogue.durations_s[rows[there]], 1.0)
    played = np.clip(listens.played_s[there] / durations_s, 0.0, 1.0)
    return _Known(
        rows=rows[there],
        started_at_s=listens.started_at_s[there],
        offsets_s=listens.offsets_s[there],
        played=played,
        worth=worth(played, listens.skipped[there]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """How much was said for (above 0) and against each track, and how much in all; each ``[n]``."""

    favour: NDArray[np.float64]
    total: NDArray[np.float64]

    @classmethod
    def of(cls, catalogue: Catalogue, history: History, known: _Known, weights: NDArray[np.float64]) -> _Said:
        n = len(catalogue)
        favour = _sums(known.rows, weights * known.worth, n)
        total = _sums(known.rows, weights * np.abs(known.worth), n)
        rows = catalogue.rows(history.ratings)
        votes = np.array([RATING_WORTH[rating] for rating in history.ratings.values()], np.float64)
        there = rows >= 0
        np.add.at(favour, rows[there], votes[there])
        np.add.at(total, rows[there], np.abs(votes[there]))
        return cls(favour, total)

    def by_artist(self, catalogue: Catalogue) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rows = np.flatnonzero((self.total > 0) & (catalogue.artists >= 0))
        artists, count = catalogue.artists[rows], len(catalogue.artist_names)
        return (
            _sums(artists, self.favour[rows], count),
            _sums(artists, self.total[rows], count),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Wished:
    """Tracks that more is wanted like (1) or less (-1), and how long ago that was said; each ``[k]``."""

    rows: NDArray[np.intp]
    signs: NDArray[np.float32]
    ages_s: NDArray[np.float64]

    @classmethod
    def of(cls, catalogue: Catalogue, history: History, now_s: float) -> _Wished:
        rows = catalogue.rows(history.wishes)
        signs = [1.0 if wish is Wish.MORE else -1.0 for wish, _ in history.wishes.values()]
        ages_s = [max(0.0, now_s - at.timestamp()) for _, at in history.wishes.values()]
        there = rows >= 0
        return cls(rows[there], np.array(signs, np.float32)[there], np.array(ages_s, np.float64)[there])


def _sums(at: NDArray[np.integer], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The sum of the values at each place, shape ``[count]``."""
    return np.bincount(at, values, count).astype(np.float64, copy=False)


def _mean(favour: NDArray[np.float64], total: NDArray[np.float64], prior: float) -> NDArray[np.float32]:
    return (favour / (total + prior)).astype(np.float32)


def _of_artist(values: NDArray[np.float32], artists: NDArray[np.int32]) -> NDArray[np.float32]:
    """Each track's value by its artist; 0 where it has none."""
    return np.append(values, np.float32(0))[artists]


def _by_artist(catalogue: Catalogue, known: _Known) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    artists, count = catalogue.artists[known.rows], len(catalogue.artist_names)
    named = artists >= 0
    finished = named & (known.played >= FINISHED)
    return (
        np.bincount(artists[named], minlength=count),
        np.bincount(artists[finished], minlength=count),
    )


def _at_this_hour(
    catalogue: Catalogue, known: _Known, weights: NDArray[np.float64], now: datetime
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As ``_Said.by_artist``, of playbacks alone, those near this time of day most."""
    named = catalogue.artists[known.rows] >= 0
    rows, count = known.rows[named], len(catalogue.artist_names)
    artists = catalogue.artists[rows]
    hours = (known.started_at_s[named] + known.offsets_s[named]) % DAY_S / 3600
    this = now.hour + now.minute / 60
    apart = np.abs((hours - this + 12) % 24 - 12)
    near = np.exp(-((apart / _HOUR_WIDTH_H) ** 2) / 2) * weights[named]
    return _sums(artists, near * known.worth[named], count), _sums(artists, near, count)


def _alike(
    catalogue: Catalogue, said: _Said, known: _Known, ages_s: NDArray[np.float64], wished: _Wished
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How alike every track sounds to what is enjoyed, at all and now."""
    n = len(catalogue)
    judged = np.flatnonzero(said.total)
    lately = ages_s < MOMENT_S
    if not (len(judged) or len(wished.rows)) or not catalogue.sounds.shape[1]:
        return np.zeros(n, np.float32), np.zeros(n, np.float32)
    opinion = _mean(said.favour[judged], said.total[judged], 0.0)
    lasting = _WISH_WORTH * 0.5 ** (wished.ages_s / TASTE_HALF_LIFE_S)
    enjoyed = _direction(
        catalogue,
        np.concatenate([judged, wished.rows]),
        np.concatenate([opinion, wished.signs]),
        np.concatenate([np.minimum(said.total[judged], 3.0), lasting]),
        _SOUND_PRIOR,
    )
    fresh = 0.5 ** (ages_s[lately] / MOMENT_HALF_LIFE_S)
    fading = _WISH_WORTH_NOW * 0.5 ** (wished.ages_s / MOMENT_HALF_LIFE_S)
    now = _direction(
        catalogue,
        np.concatenate([known.rows[lately], wished.rows]),
        np.concatenate([known.worth[lately].astype(np.float32), wished.signs]),
        np.concatenate([fresh, fading]),
        1.0,
    )
    both = catalogue.sounds @ np.stack([enjoyed, now], axis=1)
    return both[:, 0], both[:, 1]


def _direction(
    catalogue: Catalogue,
    rows: NDArray[np.intp],
    opinions: NDArray[np.float32],
    weights: NDArray[np.float64],
    prior: float,
) -> NDArray[np.float32]:
    """The weighted mean of sounds, each in the direction of the opinion of it, shape ``[d]``."""
    weighted = (weights * opinions).astype(np.float32)
    mean: NDArray[np.float32] = weighted @ catalogue.sounds[rows] / np.float32(weights.sum() + prior)
    return mean


def _never_heard(catalogue: Catalogue, known: _Known) -> NDArray[np.float32]:
    novelty = np.ones(len(catalogue), np.float32)
    novelty[known.rows] = 0
    return novelty


def _fatigue(catalogue: Catalogue, known: _Known, ages_s: NDArray[np.float64]) -> NDArray[np.float32]:
    """Halving the time since a song was heard costs it the same each time, until that was a minute ago."""
    scale = np.log1p(_RESTED_S / _JUST_HEARD_S)
    tired = np.log1p(_RESTED_S / np.maximum(ages_s, _JUST_HEARD_S)) / scale
    fatigue = np.zeros(len(catalogue), np.float32)
    np.minimum.at(fatigue, known.rows, -np.minimum(tired, 1.0).astype(np.float32))
    return fatigue


def _blocked(catalogue: Catalogue, history: History, now: datetime) -> NDArray[np.bool_]:
    gone = [track_id for track_id, rating in history.ratings.items() if rating is Rating.BAN]
    gone += [track_id for track_id, until in history.snoozes.items() if until > now]
    rows = catalogue.rows(gone)
    blocked = np.zeros(len(catalogue), np.bool_)
    blocked[rows[rows >= 0]] = True
    return blocked


def _last(known: _Known, ages_s: NDArray[np.float64]) -> tuple[int, tuple[int, ...]]:
    """The song heard last, and the last few of this moment; the latest first."""
    latest = np.lexsort((np.arange(len(ages_s)), -ages_s))[::-1][:5]
    rows = tuple(int(known.rows[i]) for i in latest if ages_s[i] < _LAST_SONG_S)
    return (rows[0] if rows else -1), rows
