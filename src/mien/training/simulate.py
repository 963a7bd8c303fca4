"""Listeners who were made up, with planted tastes, and what the real ranking learns of them.

Every listener has an artist that they cannot stand and three that they love, and now and then wants another
mood. What is measured: how soon the disliked artist stops appearing, how far the songs are from the best that
could have been chosen (regret) beside songs drawn at random in the mood's class, whether a ban or "not now"
ever fails, and whether the guard offers something else when it should and only then. Pure and seeded.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.domain import MOOD_PLANE, Emotion, Estimate, Mood, PolicyName, Rating, Reading, TrackColumns
from mien.recommend.catalogue import Catalogue
from mien.recommend.guard import sinking
from mien.recommend.personal import hearing
from mien.recommend.policy import certainly, wanted
from mien.recommend.rank import rank
from mien.recommend.taste import History, Listens, taste_of
from mien.recommend.view import View
from mien.training.ranking import bootstrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_MOODS = tuple(Mood)
_ARTISTS, _SONGS_EACH = 40, 14
_LENGTH_S = 200.0
_SKIP_S = 5.0
_START = datetime(2026, 3, 1, 18, tzinfo=UTC)
_MOST_SKIPS = 5
_LISTS, _LIST = 20, 20
_BLOCK = 20  # songs to a point of the learning curve
_EMOTIONS = (Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL, Emotion.SURPRISE)
_LOVED, _INDIFFERENT, _DISLIKED, _WRONG_MOOD = 0.95, 0.6, 0.02, 0.3


@dataclass(frozen=True, slots=True)
class Person:
    """A listener who was made up.

    Attributes:
        dislikes: the artist (a number) that they cannot stand.
        loves: those that they love.
    """

    dislikes: int
    loves: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was seen.

    Attributes:
        disliked_share: share of songs by the disliked artist, after 0, 1, 2, ... early skips of it.
        disliked_interval: 95% of bootstrap resamples of the listeners, for the share after three skips.
        regret: how much likelier the best song was to be finished than the chosen one, a mean over each
            twenty songs in turn.
        regret_at_random: likewise of songs drawn at random from the class of the wanted mood.
        blocked: recommendations made while songs were banned or "not now".
        blocked_shown: how many of these were such songs.
        guard_offered: share of runs of sad songs with sad readings after which something else is offered.
        guard_unasked: share of other runs after which it is.
        listeners: how many.
    """

    disliked_share: tuple[float, ...]
    disliked_interval: tuple[float, float]
    regret: tuple[float, ...]
    regret_at_random: tuple[float, ...]
    blocked: int
    blocked_shown: int
    guard_offered: float
    guard_unasked: float
    listeners: int

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            name: [round(each, 5) for each in value] if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


def simulate(listeners: int = 40, songs: int = 100, blocked: int = 20_000, seed: int = 0) -> Simulated:
    """Make up listeners and let them listen.

    Args:
        listeners: how many.
        songs: that each hears, for the learning curve.
        blocked: at least so many recommendations are made while songs are banned or "not now".
        seed: 0 or more; the same gives the same.
    """
    rng = np.random.default_rng(seed)
    catalogue = _library(rng)
    people = [_person(rng) for _ in range(listeners)]
    shares = np.array([_after_skips(catalogue, person, rng) for person in people])
    learned = np.array([_regret(catalogue, person, PolicyName.MATCH, songs, rng) for person in people])
    drawn = np.array([_regret(catalogue, person, PolicyName.RANDOM, songs, rng) for person in people])
    made, shown = _while_blocked(catalogue, blocked, rng)
    return Simulated(
        disliked_share=tuple(shares.mean(axis=0).tolist()),
        disliked_interval=bootstrap(shares[:, 3]),
        regret=_curve(learned),
        regret_at_random=_curve(drawn),
        blocked=made,
        blocked_shown=shown,
        guard_offered=_offers(Mood.SAD, Emotion.SAD),
        guard_unasked=float(
            np.mean([_offers(*other) for other in ((Mood.CALM, Emotion.SAD), (Mood.SAD, Emotion.HAPPY))])
        ),
        listeners=listeners,
    )


def _library(rng: np.random.Generator) -> Catalogue:
    """Each artist has songs in every mood; a song sounds like its mood and a little like its artist."""
    count = _ARTISTS * _SONGS_EACH
    artist, mood = np.repeat(np.arange(_ARTISTS), _SONGS_EACH), np.arange(count) % len(_MOODS)
    of_artist = rng.normal(size=(_ARTISTS, 16))
    sounds = 2.0 * np.eye(16)[mood] + 0.5 * of_artist[artist] + 0.3 * rng.normal(size=(count, 16))
    shares = np.where(np.arange(len(_MOODS)) == mood[:, None], 0.7, 0.05)
    columns = TrackColumns(
        ids=np.arange(1, count + 1, dtype=np.int64),
        moods=shares.astype(np.float32),
        certain=np.ones(count, np.bool_),
        plane=np.array([MOOD_PLANE[_MOODS[each]] for each in mood], np.float32),
        durations_s=np.full(count, _LENGTH_S, np.float32),
        tempos_bpm=rng.uniform(60, 180, count).astype(np.float32),
        keys=["C major"] * count,
        artists=[f"artist {each}" for each in artist],
        albums=[""] * count,
        embeddings=list(sounds.astype(np.float32)),
    )
    return Catalogue.of(columns)


def _person(rng: np.random.Generator) -> Person:
    dislikes, *loves = rng.choice(_ARTISTS, 4, replace=False).tolist()
    return Person(dislikes, tuple(loves))


def _artist(row: int) -> int:
    return row // _SONGS_EACH


def _view(catalogue: Catalogue, history: History, now: datetime) -> View:
    return View(catalogue, hearing(catalogue, history.labels, {}), taste_of(catalogue, history, now))


def _after_skips(catalogue: Catalogue, person: Person, rng: np.random.Generator) -> list[float]:
    """Share of the disliked artist in lists, after each early skip of another song of theirs."""
    songs = rng.permutation(
        np.flatnonzero([_artist(row) == person.dislikes for row in range(len(catalogue))])
    )
    listens: list[tuple[int, int, float, float, float, bool]] = []
    shares = []
    for skips in range(_MOST_SKIPS + 1):
        now = _START + timedelta(minutes=skips)
        view = _view(catalogue, History(Listens.of(listens)), now + timedelta(hours=1))
        shown = [
            pick.row
            for number in range(_LISTS)
            for pick in rank(
                view,
                wanted(certainly(_EMOTIONS[number % len(_EMOTIONS)]), PolicyName.MATCH),
                n=_LIST,
                seed=int(rng.integers(2**31)),
            ).picks
        ]
        shares.append(float(np.mean([_artist(row) == person.dislikes for row in shown])))
        song = int(catalogue.ids[songs[skips]])
        listens.append((skips + 1, song, now.timestamp(), 0.0, _SKIP_S, True))
    return shares


def _regret(
    catalogue: Catalogue, person: Person, policy: PolicyName, songs: int, rng: np.random.Generator
) -> list[float]:
    """How much likelier the best song was to be finished, song after song."""
    listens = Listens.of([])
    now = _START
    lost = []
    for number in range(songs):
        emotion = _EMOTIONS[int(rng.integers(len(_EMOTIONS)))]
        aim = wanted(certainly(emotion), policy)
        mood = _MOODS.index(max(aim.moods, key=aim.moods.__getitem__))
        view = _view(catalogue, History(listens), now)
        (pick,) = rank(view, aim, n=1, seed=int(rng.integers(2**31))).picks
        chances = _finishing(catalogue, person, mood)
        lost.append(float(chances.max() - chances[pick.row]))
        finished = rng.random() < chances[pick.row]
        played_s = _LENGTH_S if finished else _SKIP_S
        row = (number + 1, int(catalogue.ids[pick.row]), now.timestamp(), 0.0, played_s, not finished)
        listens = listens.then(Listens.of([row]))
        now += timedelta(seconds=played_s + 5)
    return lost


def _finishing(catalogue: Catalogue, person: Person, mood: int) -> NDArray[np.float64]:
    """How likely each song is to be finished."""
    artists = np.arange(len(catalogue)) // _SONGS_EACH
    chances = np.where(np.isin(artists, person.loves), _LOVED, _INDIFFERENT)
    chances = np.where(artists == person.dislikes, _DISLIKED, chances)
    return np.asarray(chances * np.where(catalogue.moods.argmax(axis=1) == mood, 1.0, _WRONG_MOOD))


def _while_blocked(catalogue: Catalogue, least: int, rng: np.random.Generator) -> tuple[int, int]:
    """How many recommendations were made while songs were blocked, and how many of these songs they show."""
    made = shown = 0
    while made < least:
        songs = rng.choice(catalogue.ids, len(catalogue) // 2, replace=False).tolist()
        banned, snoozed = songs[::2], songs[1::2]
        history = History(
            ratings=dict.fromkeys(banned, Rating.BAN),
            snoozes=dict.fromkeys(snoozed, _START + timedelta(hours=1)),
        )
        view = _view(catalogue, history, _START)
        for emotion in _EMOTIONS:
            aim = wanted(certainly(emotion), PolicyName.MATCH)
            picks = rank(view, aim, n=len(catalogue), seed=int(rng.integers(2**31)), exploration=0.2).picks
            made += len(picks)
            shown += _count(catalogue.ids[[pick.row for pick in picks]].tolist(), songs)
    return made, shown


def _count(shown: Iterable[int], blocked: Iterable[int]) -> int:
    return len(set(shown) & set(blocked))


def _offers(mood: Mood, emotion: Emotion, runs: int = 20) -> float:
    """Share of runs of songs of a mood, with readings of an emotion, after which something is offered."""
    feeling = Estimate({label: 0.88 if label is emotion else 0.02 for label in Emotion})
    offered = 0
    for run in range(runs):
        now = _START + timedelta(hours=run)
        heard = [(now - timedelta(minutes=4 * back), mood) for back in range(1, 7)]
        readings = [(now - timedelta(minutes=4 * back), _reading(feeling)) for back in range(1, 4)]
        offered += sinking(heard, readings, now) is not None
    return offered / runs


def _reading(emotion: Estimate[Emotion]) -> Reading:
    return Reading(replace(emotion), certain=True, reason=None, frames=30)


def _curve(lost: NDArray[np.float64]) -> tuple[float, ...]:
    means = lost.mean(axis=0)
    return tuple(float(means[start : start + _BLOCK].mean()) for start in range(0, len(means), _BLOCK))
