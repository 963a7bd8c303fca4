"""The server under load: listeners who stream, and listeners whose pages send readings.

    python benchmarks/serve_load.py --listeners 100 --seconds 60

It makes a library and accounts in a folder of its own and starts ``mien serve`` on it. Each streaming
listener takes 320 kbit/s of a song in ranges of two seconds, as a player's buffer does, all from the same
moment on; a stall is a piece that comes later than it is to be heard. Then each posts two readings a second,
not all at the same moment. The server's processor time is told too, which other programs disturb less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mien.config import load_settings
from mien.core import Mien
from mien.domain import Estimate, Mood, MoodEstimate, MoodSegment, Quadrant, SongAnalysis, Tags
from mien.store import FileStamp
from mien.web.access import Access, hash_password

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_PER_SECOND = 320_000 // 8
PIECE_S = 2.0
BUFFER_S = 4.0
SHARES = {"angry": 0.02, "disgust": 0.02, "fear": 0.02, "happy": 0.8, "sad": 0.04, "surprise": 0.05}
READING = json.dumps({"probabilities": {**SHARES, "neutral": 0.05}, "certain": True, "frames": 12}).encode()


class Figures:
    """What was seen."""

    def __init__(self) -> None:
        self.first_byte_s: list[float] = []
        self.reading_s: list[float] = []
        self.stalls = 0
        self.errors: list[str] = []


class Connection:
    """One listener's connection: just enough of HTTP to cost next to nothing beside the server.

    Args:
        url: of the server.
        cookie: of the listener's session.
    """

    def __init__(self, url: str, cookie: str) -> None:
        host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
        self._host, self._port, self._cookie = host, int(port), cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: str = "", body: bytes = b"") -> Answer:
        """Send a request and read the head of its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nCookie: {self._cookie}\r\n"
        writer.write(f"{head}{length}{headers}\r\n".encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(told.partition(b"content-length:")[2].partition(b"\r")[0])
        return Answer(int(told.split(None, 2)[1]), size, reader)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer; ``size`` bytes are still to be read."""

    status: int
    size: int
    reader: asyncio.StreamReader


async def stream(connection: Connection, size: int, until: float, figures: Figures) -> None:
    """Listen to a song again and again."""
    at, began, heard = 0, time.monotonic(), 0
    while time.monotonic() < until:
        end = min(size, at + int(BYTES_PER_SECOND * PIECE_S))
        asked = time.monotonic()
        try:
            answer = await connection.ask("GET", "/api/v1/tracks/1/audio", f"Range: bytes={at}-{end - 1}\r\n")
            first = await answer.reader.readexactly(1)
            figures.first_byte_s.append(time.monotonic() - asked)
            heard += len(first) + len(await answer.reader.readexactly(answer.size - 1))
            if answer.status != 206:
                figures.errors.append(f"status {answer.status}")
        except (OSError, asyncio.IncompleteReadError) as error:
            figures.errors.append(repr(error))
            connection.close()
        at = 0 if end >= size else end
        played_s = time.monotonic() - began - BUFFER_S
        loaded_s = heard / BYTES_PER_SECOND
        figures.stalls += loaded_s < played_s
        await asyncio.sleep(max(0.0, loaded_s - played_s - BUFFER_S))


async def read(connection: Connection, until: float, delay_s: float, figures: Figures) -> None:
    """Send two readings a second."""
    await asyncio.sleep(delay_s)
    while time.monotonic() < until:
        asked = time.monotonic()
        try:
            answer = await connection.ask(
                "POST", "/api/v1/readings", "Content-Type: application/json\r\n", READING
            )
            await answer.reader.readexactly(answer.size)
            if answer.status != 201:
                figures.errors.append(f"status {answer.status}")
        except (OSError, asyncio.IncompleteReadError) as error:
            figures.errors.append(repr(error))
            connection.close()
        figures.reading_s.append(time.monotonic() - asked)
        await asyncio.sleep(max(0.0, 0.5 - (time.monotonic() - asked)))


def memory_mb(pid: int) -> float:
    """Resident memory of the server."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_s(pid: int) -> float:
    """Processor time of the server so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: list[float], share: float) -> float:
    """Of sorted values, by nearest rank; in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def make_library(home: Path, listeners: int) -> list[str]:
    """A library of one song, and listeners who are signed in: the cookie of each."""
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
        return [f"mien={access.open_session(one, '')}" for one in everyone]


async def measure(url: str, pid: int, cookies: list[str], seconds: float) -> None:
    """Run it and print the figures."""
    count = len(cookies)
    connections = [Connection(url, cookie) for cookie in cookies]
    head = await connections[0].ask("HEAD", "/api/v1/tracks/1/audio")
    for what in ("streaming", "readings"):
        figures, memory, spent_s = Figures(), memory_mb(pid), cpu_s(pid)
        until = time.monotonic() + seconds
        if what == "streaming":
            jobs = [stream(connection, head.size, until, figures) for connection in connections]
        else:
            jobs = [read(one, until, n / count / 2, figures) for n, one in enumerate(connections)]
        await asyncio.gather(*jobs)
        times = figures.first_byte_s or figures.reading_s
        each_ms = 1000 * (cpu_s(pid) - spent_s) / max(1, len(times))
        print(
            f"{what}: {count} listeners, {seconds:g} s, {len(times)} requests;"
            f" p50 {quantile(times, 0.5):.0f} ms, p95 {quantile(times, 0.95):.0f} ms,"
            f" p99 {quantile(times, 0.99):.0f} ms; {figures.stalls} stalls; {len(figures.errors)} errors"
            f" {figures.errors[:2]}; {each_ms:.2f} ms of the server's CPU a request;"
            f" memory {memory:.0f} to {memory_mb(pid):.0f} MB; load average {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    for connection in connections:
        connection.close()


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, int]]:
    """A server of its own: its address, and the number of its process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "mien", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MIEN_HOME": str(home)},
    )
    try:
        line = server.stdout.readline() if server.stdout else ""
        yield next(word for word in line.split() if word.startswith("http")), server.pid
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Read the command line, start a server, measure it, end it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cookies = make_library(Path(folder), given.listeners)
        with serving(Path(folder)) as (url, pid):
            asyncio.run(measure(url, pid, cookies, given.seconds))


if __name__ == "__main__":
    main()
