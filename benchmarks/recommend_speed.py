"""How fast Mien recommends from a large library and learns from one event, and whether a ban ever breaks.

    OMP_NUM_THREADS=1 python benchmarks/recommend_speed.py [--tracks 100000] [--rounds 200] [--simulated 9999]

Makes a library of made-up songs in a temporary folder (about 150 MB for 100,000), gives a listener a year of
listening, and prints the 50th and 95th percentile of each step in processor time and by the clock, on one
core, and then how many of the simulated recommendations were banned or "not now".
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import insert

from mien.domain import Emotion, Listen, Mood, PolicyName, Quadrant, Rating, TrackColumns
from mien.recommend.catalogue import Catalogue
from mien.recommend.personal import hearing
from mien.recommend.policy import certainly, wanted
from mien.recommend.rank import rank
from mien.recommend.taste import History, taste_of
from mien.recommend.view import View
from mien.store import open_store
from mien.store.schema import listens, mood_details, moods, tracks
from mien.usecases.listening import Listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.domain import Listener
    from mien.store import Store

WIDTH = 160
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


def made_columns(n: int, seed: int = 1) -> TrackColumns:
    """Songs whose sound says something of their mood, by artists of unequal size."""
    rng = np.random.default_rng(seed)
    tops = rng.integers(len(Mood), size=n)
    places = rng.normal(size=(len(Mood), WIDTH)).astype(np.float32)
    artists = rng.zipf(1.3, size=n) % max(1, n // 12)
    artist_places = rng.normal(size=(artists.max() + 1, WIDTH)).astype(np.float32)
    noise = rng.normal(size=(n, WIDTH)).astype(np.float32)
    embeddings = places[tops] + artist_places[artists] + noise
    raw = rng.dirichlet(np.full(len(Mood), 0.5), size=n) + 0.8 * np.eye(len(Mood))[tops]
    return TrackColumns(
        ids=np.arange(1, n + 1, dtype=np.int64),
        moods=(raw / raw.sum(axis=1, keepdims=True)).astype(np.float32),
        certain=rng.random(n) < 0.7,
        plane=rng.uniform(-1, 1, size=(n, 2)).astype(np.float32),
        durations_s=rng.uniform(120, 360, size=n).astype(np.float32),
        tempos_bpm=rng.uniform(60, 180, size=n).astype(np.float32),
        keys=[("C major", "A minor", "F# major", "Eb minor")[i] for i in rng.integers(4, size=n)],
        artists=[f"artist {i}" for i in artists],
        albums=[f"album {i}" for i in rng.integers(4, size=n)],
        embeddings=list(embeddings),
    )


def fill(store: Store, columns: TrackColumns) -> None:
    """Write the songs to the store, in large steps."""
    now, n = datetime.now(UTC), len(columns.ids)
    with store._database.writing() as connection:  # noqa: SLF001  (nothing else writes so many at once)
        for start in range(0, n, 5_000):
            part = range(start, min(n, start + 5_000))
            connection.execute(insert(tracks), [_track_row(columns, i, now) for i in part])
            connection.execute(insert(moods), [_mood_row(columns, i) for i in part])
            details = [
                {
                    "track_id": i + 1,
                    "embedding": columns.embeddings[i].tobytes(),
                    "curve": [],
                }
                for i in part
            ]
            connection.execute(insert(mood_details), details)


def _track_row(columns: TrackColumns, i: int, now: datetime) -> dict[str, object]:
    return {
        "id": i + 1,
        "path": Path(f"/music/{columns.artists[i]}/{columns.albums[i]}/{i} song.flac"),
        "words": f"{i} song {columns.artists[i]}",
        "size_bytes": 1,
        "mtime_ns": 1,
        "title": f"Song {i}",
        "artist": columns.artists[i],
        "album": columns.albums[i],
        "genre": "",
        "musicbrainz_recording_id": "",
        "duration_s": float(columns.durations_s[i]),
        "tempo_bpm": float(columns.tempos_bpm[i]),
        "key": columns.keys[i],
        "cpu_s": 0.1,
        "added_at": now,
        "analysed_at": now,
    }


def _mood_row(columns: TrackColumns, i: int) -> dict[str, object]:
    return {
        "track_id": i + 1,
        "artifact_version": "made",
        **{f"p_{mood}": float(p) for mood, p in zip(Mood, columns.moods[i], strict=True)},
        "certain": bool(columns.certain[i]),
        **{f"p_{quadrant}": 0.25 for quadrant in Quadrant},
        "quadrant_certain": True,
        "valence": float(columns.plane[i, 0]),
        "arousal": float(columns.plane[i, 1]),
    }


def a_year(store: Store, me: Listener, n: int, most: int = 10_000) -> None:
    """Ten thousand listens, two hundred ratings, fifty labels, some bans and "not now"."""
    rng = np.random.default_rng(2)
    rows = [
        {
            "listener_id": me.id,
            "track_id": int(track),
            "started_at": NOW - timedelta(days=float(age)),
            "utc_offset_s": 0,
            "played_s": float(played),
            "skipped": bool(played < 60),
        }
        for track, age, played in zip(
            rng.integers(1, n + 1, size=most),
            np.sort(rng.uniform(0, 365, size=most))[::-1],
            rng.uniform(5, 300, size=most),
            strict=True,
        )
    ]
    with store._database.writing() as connection:  # noqa: SLF001
        connection.execute(insert(listens), rows)
    for i, track in enumerate(rng.choice(n, size=min(200, n), replace=False) + 1):
        store.ratings.rate(me, int(track), list(Rating)[i % 3])
    for track in rng.choice(n, size=min(50, n), replace=False) + 1:
        store.labels.label(me, int(track), list(Mood)[int(track) % 7])
    for track in rng.choice(n, size=min(50, n), replace=False) + 1:
        store.snoozes.snooze(me, int(track), NOW + timedelta(days=1))


def timed(name: str, rounds: int, act: Callable[[int], object]) -> None:
    """Run something again and again; print its percentiles."""
    act(-1)
    clock, cpu = [], []
    for i in range(rounds):
        before, before_cpu = time.perf_counter(), time.process_time()
        act(i)
        clock.append(1000 * (time.perf_counter() - before))
        cpu.append(1000 * (time.process_time() - before_cpu))
    figures = "  ".join(
        f"{what} p50 {np.percentile(of, 50):6.1f} ms, p95 {np.percentile(of, 95):6.1f} ms"
        for what, of in (("processor", cpu), ("clock", clock))
    )
    print(f"{name:<34} {figures}")


def measure(store: Store, n: int, rounds: int) -> None:
    """Recommending and learning, through the whole of Mien but the networks."""
    me = store.listeners.default()
    listening = Listening(store, clock=lambda: NOW)
    rng = np.random.default_rng(3)
    started = time.perf_counter()
    listening.view(me)
    print(f"reading the library and the history: {time.perf_counter() - started:.1f} s, once")

    emotions = list(Emotion)
    policies = [PolicyName.MATCH, PolicyName.LIFT, PolicyName.CALM, PolicyName.JOURNEY, PolicyName.RANDOM]
    for policy in policies:
        timed(
            f"50 songs, {policy}",
            rounds,
            lambda i, policy=policy: listening.recommend(
                me, emotion=emotions[i % 7], policy=policy, to=Mood.HAPPY, n=50, seed=i + 1
            ),
        )

    def listen(i: int) -> None:
        track_id = int(rng.integers(1, n + 1))
        listening.heard(me, Listen(track_id, NOW - timedelta(minutes=5), 10.0 * (i % 20), skipped=i % 2 == 0))

    def label(i: int) -> None:
        listening.label(me, int(rng.integers(1, n + 1)), list(Mood)[i % 7])

    timed("learning from a listen", rounds, listen)
    timed(
        "learning from a like",
        rounds,
        lambda _i: listening.rate(me, int(rng.integers(1, n + 1)), Rating.LIKE),
    )
    timed("learning from a label", rounds, label)
    timed("taste anew, after any of these", rounds, lambda _i: listening.view(me))


def simulate(recommendations: int) -> int:
    """Recommend again and again while bans and "not now" pile up; how many of them were broken."""
    catalogue = Catalogue.of(made_columns(2_000))
    rng = np.random.default_rng(4)
    broken = done = round_ = 0
    policies = [PolicyName.MATCH, PolicyName.LIFT, PolicyName.CALM, PolicyName.RANDOM, PolicyName.JOURNEY]
    while done < recommendations:
        share = (0.1, 0.5, 0.95, 0.999)[round_ % 4]
        banned = set((np.flatnonzero(rng.random(2_000) < share) + 1).tolist())
        later = set((np.flatnonzero(rng.random(2_000) < share / 4) + 1).tolist())
        history = History(
            ratings=dict.fromkeys(banned, Rating.BAN),
            snoozes=dict.fromkeys(later, NOW + timedelta(hours=1)),
        )
        view = View(catalogue, hearing(catalogue, {}, {}), taste_of(catalogue, history, NOW))
        for _ in range(50):
            emotion = certainly(list(Emotion)[int(rng.integers(7))]) if rng.random() < 0.9 else None
            aim = wanted(emotion, policies[round_ % 5], to=Mood.CALM)
            ranking = rank(view, aim, n=200, seed=int(rng.integers(2**32)), exploration=0.2)
            chosen = set(catalogue.ids[[pick.row for pick in ranking.picks]].tolist())
            broken += len(chosen & (banned | later))
            done += len(ranking.picks)
        round_ += 1
    print(f"{done} simulated recommendations, {broken} of them banned or not now")
    return broken


def main() -> None:
    """As the module's first lines say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--simulated", type=int, default=1_000_000)
    options = parser.parse_args()
    if options.tracks:
        with tempfile.TemporaryDirectory() as folder:
            with open_store(f"sqlite:///{folder}/library.db") as store:
                fill(store, made_columns(options.tracks))
                a_year(store, store.listeners.default(), options.tracks)
            with open_store(f"sqlite:///{folder}/library.db") as store:
                measure(store, options.tracks, options.rounds)
    if options.simulated and simulate(options.simulated):
        sys.exit(1)


if __name__ == "__main__":
    main()
