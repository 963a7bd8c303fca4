from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mien.domain import Estimate, Listen, Mood, MoodEstimate, Quadrant, SongAnalysis, Tags
from mien.store import FileStamp, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_NO_TAGS = Tags()


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'library.db'}") as opened:
        yield opened


@pytest.fixture
def add_song(store):
    """Puts a song into the library and gives its number."""

    def add(
        path,
        tags=_NO_TAGS,
        *,
        mood=Mood.CALM,
        duration_s=200.0,
        tempo_bpm=None,
        valence=0.0,
        embedding=(1.0, 0.0),
    ):
        moods = {label: 0.64 if label is mood else 0.06 for label in Mood}
        estimate = MoodEstimate(
            Estimate(moods), Estimate(dict.fromkeys(Quadrant, 0.25)), valence, 0.0, embedding
        )
        analysis = SongAnalysis(
            path=Path(path),
            duration_s=duration_s,
            tags=tags,
            features=(1.0,),
            features_version=1,
            mood=estimate,
            artifact_version="mood-1",
            curve=(),
            tempo_bpm=tempo_bpm,
            key=None,
            cpu_s=0.1,
        )
        return store.tracks.save(analysis, FileStamp(1, 1))

    return add


@pytest.fixture
def hear(store):
    """Lets a listener hear songs one after the other, each to its end or so far."""

    def play(listener, track_ids, *, played_s=200.0, start=NOON):
        for minute, track_id in enumerate(track_ids):
            store.listens.record(listener, Listen(track_id, start + timedelta(minutes=minute), played_s))

    return play
