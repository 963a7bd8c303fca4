"""The server's memory while listeners use it for long.

    python benchmarks/serve_memory.py --minutes 30

It makes a library of made-up songs and some listeners in a folder of its own and starts ``mien serve`` on it.
Each listener takes a song in ranges, sends two readings a second, asks for songs for them every ten seconds,
tells what was heard, and looks through the library and at the map now and then. The server's resident memory
is told as it goes, and at the end how fast it grew in each third of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from recommend_speed import fill, made_columns
from serve_load import READING, Connection, cpu_s, make_library, memory_mb, serving
from sqlalchemy import delete, update

from mien.config import load_settings
from mien.core import Mien
from mien.store.schema import tracks

PIECE_BYTES = 80_000
JSON = "Content-Type: application/json\r\n"
MOST_EVERY_S = 15.0


class Listener:
    """Someone who listens, whose page does what pages do.

    Args:
        url: of the server.
        cookie: of their session.
        songs: how many there are.
    """

    def __init__(self, url: str, cookie: str, songs: int) -> None:
        self._connection = Connection(url, cookie)
        self._songs = songs
        self.asked = 0
        self.wrong: list[str] = []

    async def use(self, until: float, delay_s: float) -> None:
        """Go on, half a second a step."""
        await asyncio.sleep(delay_s)
        step = 0
        while time.monotonic() < until:
            began = time.monotonic()
            for method, path, headers, body in self._doings(step):
                await self._ask(method, path, headers, body)
            step += 1
            await asyncio.sleep(max(0.0, 0.5 - (time.monotonic() - began)))
        self._connection.close()

    def _doings(self, step: int) -> list[tuple[str, str, str, bytes]]:
        start = step * PIECE_BYTES % 9_000_000
        doings = [("POST", "/readings", JSON, READING)]
        if step % 4 == 0:
            doings.append(
                ("GET", "/tracks/1/audio", f"Range: bytes={start}-{start + PIECE_BYTES - 1}\r\n", b"")
            )
        if step % 20 == 0:
            doings.append(("POST", "/queue", JSON, json.dumps({"emotion": "sad", "n": 20}).encode()))
            heard = {"track_id": 1 + step % self._songs, "played_s": 99}
            heard["started_at"] = datetime.now(UTC).isoformat()
            doings.append(("POST", "/listens", JSON, json.dumps(heard).encode()))
        if step % 40 == 10:
            doings.append(("GET", f"/tracks?offset={step % self._songs}&sort=artist", "", b""))
        if step % 120 == 30:
            doings.append(("GET", "/library/map", "Accept-Encoding: gzip\r\n", b""))
            doings.append(("GET", "/journal?limit=50", "", b""))
        return doings

    async def _ask(self, method: str, path: str, headers: str, body: bytes) -> None:
        try:
            answer = await self._connection.ask(method, f"/api/v1{path}", headers, body)
            await answer.reader.readexactly(answer.size)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.wrong.append(f"{path}: {error!r}")
            self._connection.close()
            return
        self.asked += 1
        if answer.status >= 400:
            self.wrong.append(f"{path}: {answer.status}")


def make_songs(home: Path, count: int) -> None:
    """Many made-up songs in place of the one, the first of which is to be heard."""
    with Mien(load_settings({"home": home}, environment={}, file=home / "none")) as mien:
        with mien.store._database.writing() as connection:  # noqa: SLF001  (made-up songs come by no other way)
            connection.execute(delete(tracks))
        fill(mien.store, made_columns(count))
        with mien.store._database.writing() as connection:  # noqa: SLF001
            connection.execute(update(tracks).where(tracks.c.id == 1).values(path=home / "song.wav"))


async def watch(pid: int, until: float) -> list[tuple[float, float]]:
    """Minutes and megabytes, twelve times at least."""
    began, seen = time.monotonic(), []
    every_s = min(MOST_EVERY_S, (until - began) / 12)
    while time.monotonic() < until:
        seen.append(((time.monotonic() - began) / 60, memory_mb(pid)))
        print(
            f"{seen[-1][0]:5.1f} min {seen[-1][1]:7.1f} MB  load average {os.getloadavg()[0]:.1f}", flush=True
        )
        await asyncio.sleep(every_s)
    return seen


async def measure(url: str, pid: int, cookies: list[str], songs: int, minutes: float) -> None:
    """Use the server, and tell how its memory grew."""
    listeners = [Listener(url, cookie, songs) for cookie in cookies]
    until, spent_s = time.monotonic() + 60 * minutes, cpu_s(pid)
    using = [one.use(until, n / len(listeners) / 2) for n, one in enumerate(listeners)]
    seen, *_ = await asyncio.gather(watch(pid, until), *using)
    asked, wrong = sum(one.asked for one in listeners), [w for one in listeners for w in one.wrong]
    print(f"{asked} requests, {(cpu_s(pid) - spent_s):.0f} s of CPU, {len(wrong)} errors {wrong[:3]}")
    for name, part in zip(("first", "second", "last"), np.array_split(np.array(seen), 3), strict=True):
        growth = np.polyfit(part[:, 0], part[:, 1], 1)[0] if len(part) > 1 else float("nan")
        print(f"{name} third: {part[0, 1]:.0f} to {part[-1, 1]:.0f} MB, {growth:+.2f} MB a minute")


def main() -> None:
    """Read the command line, start a server, use it, end it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--listeners", type=int, default=10)
    parser.add_argument("--songs", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        cookies = make_library(home, given.listeners)
        make_songs(home, given.songs)
        with serving(home) as (url, pid):
            asyncio.run(measure(url, pid, cookies, given.songs, given.minutes))


if __name__ == "__main__":
    main()
