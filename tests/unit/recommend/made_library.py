"""Libraries whose answers are known, as columns."""

from datetime import UTC, datetime, timedelta

import numpy as np

from mien.domain import MOOD_PLANE, Mood, TrackColumns
from mien.recommend.catalogue import Catalogue
from mien.recommend.personal import hearing, neighbours
from mien.recommend.taste import History, Listens, taste_of
from mien.recommend.view import View

MOODS = tuple(Mood)
NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)


def columns_of(moods, *, probability=0.7, artists=None, albums=None, sounds=None, first=1, **changes):
    """A track a mood; numbers count from ``first``; a track's sound is that of its mood, a little apart."""
    n = len(moods)
    rest = (1 - probability) / 6
    probabilities = np.array([[probability if label is mood else rest for label in MOODS] for mood in moods])
    rng = np.random.default_rng(7)
    if sounds is None:
        sounds = [np.eye(16)[MOODS.index(mood)] + 0.1 * rng.normal(size=16) for mood in moods]
    values = {
        "ids": np.arange(first, first + n, dtype=np.int64),
        "moods": probabilities.reshape(n, 7).astype(np.float32),
        "certain": np.ones(n, np.bool_),
        "plane": np.array([MOOD_PLANE[mood] for mood in moods], np.float32).reshape(n, 2),
        "durations_s": np.full(n, 200, np.float32),
        "tempos_bpm": np.full(n, 100, np.float32),
        "keys": ["C major"] * n,
        "artists": artists or [f"artist {i}" for i in range(n)],
        "albums": albums or [""] * n,
        "embeddings": [np.asarray(sound, np.float32) for sound in sounds],
    }
    return TrackColumns(**{**values, **changes})


def listens_of(*played):
    """From (track, hours ago, seconds played) or with a fourth, whether it was skipped."""
    rows = []
    for number, (track_id, hours, played_s, *skipped) in enumerate(played, 1):
        at = NOW - timedelta(hours=hours)
        rows.append((number, track_id, at.timestamp(), 0, played_s, bool(skipped and skipped[0])))
    return Listens.of(rows)


def view_of(columns, history=None, others=None, now=NOW):
    catalogue = columns if isinstance(columns, Catalogue) else Catalogue.of(columns)
    history = history or History()
    taught = {
        track_id: neighbours(catalogue, int(row))
        for track_id, row in zip(history.labels, catalogue.rows(history.labels), strict=True)
        if row >= 0
    }
    heard_as = hearing(catalogue, history.labels, taught)
    return View(catalogue, heard_as, taste_of(catalogue, history, now), others)


def ids(view, ranking):
    return [int(view.catalogue.ids[pick.row]) for pick in ranking.picks]
