"""The server under load: listeners who stream, and listeners whose pages send readings.

    python benchmarks/serve_load.py --listeners 100 --seconds 60

It makes a library and accounts in a folder of its own and starts ``mien serve`` on it. Each streaming
listener takes 320 kbit/s of a song in ranges of two seconds, as a player's buffer does; a stall is a piece
that comes later than it is to be heard. Then each posts two readings a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import httpx

from mien.config import load_settings
from mien.core import Mien
from mien.domain import Estimate, Mood, MoodEstimate, MoodSegment, Quadrant, SongAnalysis, Tags
from mien.store import FileStamp
from mien.web.access import Access, hash_password

BYTES_PER_SECOND = 320_000 // 8
PIECE_S = 2.0
BUFFER_S = 4.0
READING = {
    "probabilities": {
        "angry": 0.02,
        "disgust": 0.02,
        "fear": 0.02,
        "happy": 0.8,
        "sad": 0.04,
        "surprise": 0.05,
        "neutral": 0.05,
    },
    "certain": True,
    "frames": 12,
}


class Figures:
    """What was seen."""

    def __init__(self) -> None:
        self.first_byte_s: list[float] = []
        self.reading_s: list[float] = []
        self.stalls = 0
        self.errors: list[str] = []


async def stream(
    client: httpx.AsyncClient, cookie: dict[str, str], size: int, until: float, figures: Figures
) -> None:
    """Listen to a song again and again."""
    at, began, heard = 0, time.monotonic(), 0
    while time.monotonic() < until:
        end = min(size, at + int(BYTES_PER_SECOND * PIECE_S))
        asked = time.monotonic()
        try:
            headers = {**cookie, "Range": f"bytes={at}-{end - 1}"}
            async with client.stream("GET", "/api/v1/tracks/1/audio", headers=headers) as answer:
                first = True
                async for block in answer.aiter_raw():
                    if first:
                        figures.first_byte_s.append(time.monotonic() - asked)
                        first = False
                    heard += len(block)
                if answer.status_code != 206:
                    figures.errors.append(f"status {answer.status_code}")
        except httpx.HTTPError as error:
            figures.errors.append(repr(error))
        at = 0 if end >= size else end
        played_s = time.monotonic() - began - BUFFER_S
        loaded_s = heard / BYTES_PER_SECOND
        figures.stalls += loaded_s < played_s
        await asyncio.sleep(max(0.0, loaded_s - played_s - BUFFER_S))


async def read(
    client: httpx.AsyncClient, cookie: dict[str, str], until: float, delay_s: float, figures: Figures
) -> None:
    """Send two readings a second."""
    await asyncio.sleep(delay_s)
    while time.monotonic() < until:
        asked = time.monotonic()
        try:
            answer = await client.post("/api/v1/readings", json=READING, headers=cookie)
            if answer.status_code != 201:
                figures.errors.append(f"status {answer.status_code}")
        except httpx.HTTPError as error:
            figures.errors.append(repr(error))
        figures.reading_s.append(time.monotonic() - asked)
        await asyncio.sleep(max(0.0, 0.5 - (time.monotonic() - asked)))


def memory_mb(pid: int) -> float:
    """Resident memory of the server."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def quantile(values: list[float], share: float) -> float:
    """Of sorted values, by nearest rank; in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def make_library(home: Path, listeners: int) -> list[dict[str, str]]:
    """A library of one song, and listeners who are signed in: a header with the cookie of each."""
    song = home / "song.wav"
    with wave.open(str(song), "wb") as out:
        out.setparams((2, 2, 48_000, 0, "NONE", ""))
        out.writeframes(os.urandom(192_000 * 60))
    mood = MoodEstimate(
        Estimate(dict.fromkeys(Mood, 1 / 7)), Estimate(dict.fromkeys(Quadrant, 0.25)), 0.0, 0.0, (1.0,)
    )
    curve = (MoodSegment(0.0, 60.0, Mood.CALM, 0.5, 0.0, 0.0),)
    analysis = SongAnalysis(song, 60.0, Tags("Noise"), (1.0,), 1, mood, "none", curve, None, None, 0.0)
    with Mien(load_settings({"home": home}, environment={}, file=home / "none")) as mien:
        mien.store.tracks.save(analysis, FileStamp.of(song))
        mien.store.accounts.set_password(mien.listener, hash_password("correct horse"))
        access = Access(mien.store, loopback=True, default=lambda: mien.listener)
        everyone = [mien.store.listeners.add(f"listener {n}") for n in range(listeners)]
        return [{"Cookie": f"mien={access.open_session(one, '')}"} for one in everyone]


async def measure(url: str, pid: int, cookies: list[dict[str, str]], seconds: float) -> None:
    """Run it and print the figures."""
    count = len(cookies)
    limits = httpx.Limits(max_connections=count + 10, max_keepalive_connections=count + 10)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
        head = await client.head("/api/v1/tracks/1/audio", headers=cookies[0])
        size = int(head.headers["content-length"])
        for what in ("streaming", "readings"):
            figures, before, until = Figures(), memory_mb(pid), time.monotonic() + seconds
            if what == "streaming":
                jobs = [stream(client, cookie, size, until, figures) for cookie in cookies]
            else:
                jobs = [
                    read(client, cookie, until, n / count / 2, figures) for n, cookie in enumerate(cookies)
                ]
            await asyncio.gather(*jobs)
            times = figures.first_byte_s or figures.reading_s
            print(
                f"{what}: {count} listeners, {seconds:g} s, {len(times)} requests;"
                f" p50 {quantile(times, 0.5):.0f} ms, p95 {quantile(times, 0.95):.0f} ms,"
                f" p99 {quantile(times, 0.99):.0f} ms; {figures.stalls} stalls; {len(figures.errors)} errors"
                f" {figures.errors[:2]}; memory {before:.0f} to {memory_mb(pid):.0f} MB",
                flush=True,
            )


def main() -> None:
    """Read the command line, start a server, measure it, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        cookies = make_library(home, given.listeners)
        server = subprocess.Popen(
            [sys.executable, "-m", "mien", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MIEN_HOME": str(home)},
        )
        try:
            line = server.stdout.readline() if server.stdout else ""
            url = next(word for word in line.split() if word.startswith("http"))
            asyncio.run(measure(url, server.pid, cookies, given.seconds))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
