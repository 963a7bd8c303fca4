from datetime import UTC, datetime
from pathlib import Path

import pytest

from mien.domain import Estimate, Mood, MoodEstimate, Quadrant, SongAnalysis, Tags
from mien.store import FileStamp


@pytest.fixture
def instant():
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def save_song():
    """Saves a song and gives its number."""

    def save(store):
        mood = MoodEstimate(
            Estimate({mood: 1 / len(Mood) for mood in Mood}),
            Estimate({quadrant: 1 / len(Quadrant) for quadrant in Quadrant}),
            valence=0.0,
            arousal=0.0,
            embedding=(1.0,),
        )
        analysis = SongAnalysis(
            Path("/music/a"), 1.0, Tags(), (1.0,), 1, mood, "mood-1", (), tempo_bpm=None, key=None, cpu_s=0.1
        )
        return store.tracks.save(analysis, FileStamp(1, 1))

    return save
