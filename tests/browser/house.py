"""A server of its own over six songs, for tests that leave it other than they found it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from mutagen.id3 import USLT
from mutagen.wave import WAVE
from stage import LYRICS, TITLES, WORDS, write_song

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY_S = 120


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """``mien serve`` over six songs that were analysed; gives its address."""
    music = folder / "music"
    music.mkdir()
    for number, title in enumerate(TITLES):
        write_song(music / f"{title}.wav", 110.0 * 2 ** (number / 3), 0.25 + 0.15 * number)
    (music / f"{TITLES[0]}.lrc").write_text(LYRICS, encoding="utf-8")
    embed_words(music / f"{TITLES[1]}.wav")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    environment = {
        **kept,
        "MIEN_HOME": str(folder / "home"),
        "MIEN_MUSIC_ROOTS": str(music),
        "MIEN_WORKERS": "1",
        "COLUMNS": "300",
    }
    mien = [sys.executable, "-m", "mien"]
    subprocess.run([*mien, "scan", str(music)], env=environment, check=True, capture_output=True, timeout=300)
    log = folder / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [*mien, "serve", "--port", "0"], env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        yield _address(log)
    finally:
        process.terminate()
        process.wait(60)


def ask_nothing(address: str) -> None:
    """No question about a song comes between what a test does."""
    asked = Request(
        f"{address}/api/v1/me/settings/steering",
        method="PATCH",
        data=b'{"questions": false}',
        headers={"Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=60):
        pass


def embed_words(song: Path) -> None:
    """Words without times in the file itself."""
    file = WAVE(song)
    file.add_tags()
    file.tags.add(USLT(lang="eng", text=WORDS))
    file.save()


def _address(log: Path) -> str:
    """What the server says when it is ready."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if found := re.search(r"http://\S+", log.read_text()):
            return found[0].rstrip("/").replace("localhost", "127.0.0.1")
        time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()}")
