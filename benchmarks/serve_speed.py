"""What the first screen and the library ask of the server, over a large library of made-up songs.

    python benchmarks/serve_speed.py [--songs 100000]

Every address is asked for in this process, without a network: the first time after the start, and then the
best of three. Printed is processor time, which other programs disturb less than the clock, and what is sent.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import warnings
from pathlib import Path

from recommend_speed import fill, made_columns

from mien.config import load_settings
from mien.core import Mien
from mien.web.app import make_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2, which few have yet
    from starlette.testclient import TestClient

ASKED = (
    ("GET", "/session", None),
    ("GET", "/me/calibration", None),
    ("GET", "/me/feeling", None),
    ("GET", "/me/settings", None),
    ("GET", "/me/settings/steering", None),
    ("GET", "/playlists", None),
    ("GET", "/models/emotion", None),
    ("POST", "/queue", {"mood": "calm", "n": 20}),
    ("POST", "/queue", {"emotion": "sad", "n": 20}),
    ("GET", "/library", None),
    ("GET", "/tracks?limit=100", None),
    ("GET", "/tracks?limit=100&sort=artist&offset=50000", None),
    ("GET", "/tracks?limit=100&mood=sad", None),
    ("GET", "/tracks?limit=100&q=song+77", None),
    ("GET", "/library/artists", None),
    ("GET", "/library/albums", None),
    ("GET", "/library/genres", None),
    ("GET", "/library/map", None),
    ("GET", "/journal?limit=100", None),
    ("GET", "/me/question", None),
)


def main() -> None:
    """Make the library, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--home", help="Keep the library here, and use it again.")
    given = parser.parse_args()
    songs = given.songs
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"home": given.home or folder}, environment={}, file=Path(folder) / "none")
        with Mien(settings) as mien:
            if mien.store.browse.is_empty():
                fill(mien.store, made_columns(songs))
        with Mien(settings) as mien, TestClient(make_app(mien), base_url="http://localhost:8737") as client:
            client.get("/api/v1/health")  # what is loaded once, by whatever comes first
            print(
                f"{songs:,} songs; load average {os.getloadavg()[0]:.1f}; ms of CPU, first and best of three"
            )
            for method, path, asked in ASKED:
                measure(client, method, path, asked)


def measure(client: TestClient, method: str, path: str, asked: dict[str, object] | None) -> None:
    """Ask for one address and print what it cost."""
    spent, sent = [], 0
    for _ in range(4):
        began = time.process_time()
        with client.stream(method, f"/api/v1{path}", json=asked) as answer:
            sent = sum(map(len, answer.iter_raw()))
        spent.append(1000 * (time.process_time() - began))
        assert answer.is_success, (path, answer.status_code)
    what = f"{method} {path}{' ' + json.dumps(asked) if asked else ''}"
    print(f"{what:62} {spent[0]:8.1f} {min(spent[1:]):8.1f}   {sent / 1000:7.1f} kB", flush=True)


if __name__ == "__main__":
    main()
