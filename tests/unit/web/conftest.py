"""A server over a small real library: two listeners with passwords, and some songs."""

import math
import struct
import warnings
import wave
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.exceptions import StarletteDeprecationWarning

from mien.config import load_settings
from mien.core import Mien
from mien.domain import (
    Emotion,
    Estimate,
    Listen,
    Mood,
    MoodEstimate,
    MoodSegment,
    PolicyName,
    Quadrant,
    Rating,
    Reading,
    SongAnalysis,
    Tags,
)
from mien.store import FileStamp, Role
from mien.web.access import hash_password
from mien.web.app import make_app

with warnings.catch_warnings():
    # It would rather have httpx2, which few have yet.
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient

PASSWORD = "correct horse"


def write_tone(path: Path, seconds: float = 1.0, hertz: float = 440.0) -> None:
    rate = 8_000
    samples = (int(20_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(seconds * rate)))
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def analysis(path: Path, mood: Mood, title: str) -> SongAnalysis:
    moods = {label: 0.64 if label is mood else 0.06 for label in Mood}
    return SongAnalysis(
        path=path,
        duration_s=1.0,
        tags=Tags(title, "Somebody", "An Album", "Folk", 1999, 3),
        features=(0.5, -1.25, 3.0),
        features_version=1,
        mood=MoodEstimate(Estimate(moods), Estimate(dict.fromkeys(Quadrant, 0.25)), 0.3, -0.4, (0.25, 0.75)),
        artifact_version="mood-1",
        curve=(MoodSegment(0.0, 1.0, mood, 0.6, 0.1, -0.2),),
        tempo_bpm=97.5,
        key="F# minor",
        cpu_s=0.42,
    )


@pytest.fixture
def mien(tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    overrides = {"home": tmp_path / "home", "music_roots": (music,)}
    with Mien(load_settings(overrides, environment={}, file=tmp_path / "none.toml")) as opened:
        for number, mood in enumerate(Mood):
            path = music / f"{number} {mood}.wav"
            write_tone(path, hertz=220 + 60 * number)
            opened.store.tracks.save(analysis(path, mood, f"Song {number}"), FileStamp.of(path))
        yield opened


@pytest.fixture
def client(mien):
    """The page of the only listener, who needs no password."""
    with TestClient(make_app(mien), base_url="http://localhost:8737") as opened:
        yield opened


@dataclass(frozen=True)
class House:
    """A server with accounts: ``ann`` is the admin, ``bo`` listens; a client for each and for nobody."""

    mien: Mien
    app: object
    ann: TestClient
    bo: TestClient
    nobody: TestClient


@pytest.fixture
def house(mien):
    store = mien.store
    store.listeners.forget(store.listeners.default())
    hashed = hash_password(PASSWORD)
    for name, role in (("ann", Role.ADMIN), ("bo", Role.LISTENER)):
        listener = store.listeners.add(name)
        store.accounts.set_role(listener, role)
        store.accounts.set_password(listener, hashed)
        live(store, listener)
    app = make_app(mien)
    clients = [TestClient(app, base_url="http://localhost:8737") for _ in range(3)]
    with clients[0]:
        for client, name in zip(clients, ("ann", "bo"), strict=False):
            answer = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        yield House(mien, app, *clients)


def live(store, listener) -> None:
    """Give a listener something of their own of every kind, marked with their name where it can be."""
    now = datetime.now(UTC)
    share = 0.9 if listener.name == "bo" else 0.3
    spread = {e: share if e is Emotion.SAD else (1 - share) / 6 for e in Emotion}
    reading = store.readings.record(
        listener,
        Reading(Estimate(spread), certain=False, reason=f"read from {listener.name}", frames=9),
        now,
    )
    store.listens.record(listener, Listen(1, now, 0.5, PolicyName.MATCH, reading))
    store.ratings.rate(listener, 2, Rating.LIKE if listener.name == "bo" else Rating.DISLIKE)
    store.labels.label(listener, 3, Mood.SAD if listener.name == "bo" else Mood.CALM)
    store.playlists.create(listener, f"list of {listener.name}", [1, 2])
    store.page_settings.save(listener, {"theme": "dark" if listener.name == "bo" else "light"})
