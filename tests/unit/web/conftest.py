"""A server over a small real library: two listeners with passwords, and some songs."""

import math
import shutil
import struct
import warnings
import wave
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
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
    Wish,
)
from mien.store import FileStamp, Role, SavedFeeling
from mien.web import access
from mien.web.access import hash_password
from mien.web.app import make_app
from mien.web.parts import Parts, Serving

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


def opened(home: Path, music: Path) -> Mien:
    overrides = {"home": home, "music_roots": (music,)}
    return Mien(load_settings(overrides, environment={}, file=home / "none.toml"))


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A home and its music, made once: every test gets a copy of the database."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "music").mkdir()
    with opened(folder / "home", folder / "music") as mien:
        for number, mood in enumerate(Mood):
            path = folder / "music" / f"{number} {mood}.wav"
            write_tone(path, hertz=220 + 60 * number)
            mien.store.tracks.save(analysis(path, mood, f"Song {number}"), FileStamp.of(path))
    return folder


@pytest.fixture
def mien(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")
    with opened(tmp_path / "home", made / "music") as mien:
        yield mien


@pytest.fixture(scope="session")
def built_app(made):
    """The application, which takes long to build; each test puts parts of its own into it."""
    return make_app(opened(made / "home", made / "music"))


@pytest.fixture
def app(built_app, mien, tmp_path):
    built_app.state.parts = Parts(mien, Serving(), tmp_path / "no page")
    yield built_app
    built_app.state.parts.close()


def browser(app) -> TestClient:
    return TestClient(app, base_url="http://localhost:8737")


@pytest.fixture
def client(app):
    """The page of the only listener, who needs no password."""
    return browser(app)


@pytest.fixture
def own_song(mien, tmp_path) -> tuple[int, Path]:
    """A track whose file a test may damage."""
    path = tmp_path / "own.wav"
    write_tone(path)
    return mien.store.tracks.save(analysis(path, Mood.CALM, "Own"), FileStamp.of(path)), path


@dataclass(frozen=True)
class House:
    """A server with accounts: ``ann`` is the admin, ``bo`` listens; a client for each and for nobody."""

    mien: Mien
    app: FastAPI
    ann: TestClient
    bo: TestClient
    nobody: TestClient


@pytest.fixture(autouse=True, scope="session")
def quick_hashes():
    """Real hashes are meant to take long; these take as good as nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def password_hash(quick_hashes) -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def house(mien, app, password_hash):
    store, clients = mien.store, [browser(app) for _ in range(3)]
    default = store.listeners.default()
    for client, name, role in zip(clients, ("ann", "bo"), (Role.ADMIN, Role.LISTENER), strict=False):
        listener = store.listeners.add(name)
        store.accounts.set_role(listener, role)
        store.accounts.set_password(listener, password_hash)
        live(store, listener)
        token = app.state.parts.access.open_session(listener, f"the browser of {name}")
        client.cookies.set(app.state.parts.cookie, token)
    store.listeners.forget(default)
    return House(mien, app, *clients)


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
    store.wishes.say(listener, 4, Wish.MORE if listener.name == "bo" else Wish.LESS, now)
    said = {
        "emotion": None,
        "mood": "sad" if listener.name == "bo" else "calm",
        "plane": None,
        "taught": None,
    }
    nothing = {"said": None, "calibration": None, "learnt": None}
    store.feelings.keep(listener, SavedFeeling(said, now, nothing))
    elsewhere = Listen(5, now - timedelta(days=400), 1.0)
    store.imports.add(listener, f"export of {listener.name}", "Last.fm", [elsewhere])
    store.page_settings.save(listener, {"theme": "dark" if listener.name == "bo" else "light"})
