"""How long `mien scan` takes a track, by the clock, with two workers.

    python benchmarks/scan_speed.py FOLDER [--tracks 200] [--workers 2] [--join MADE]

Scans so many of FOLDER's songs into a library of its own, which is thrown away. With ``--join`` the songs are
joined first, six at a time, into stereo mp3s that are kept in MADE: research data comes as clips of half a
minute, and a library does not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from song_speed import write_mp3

from mien.audio.decode import decode_all
from mien.audio.files import find_audio_files

RATE_HZ = 44_100
CLIPS = 6


def main() -> None:
    """Make what is missing, scan it and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--join", type=Path)
    asked = parser.parse_args()
    files = list(find_audio_files([asked.folder]))
    if asked.join:
        files = joined(files, asked.join, asked.tracks)
    with tempfile.TemporaryDirectory() as home:
        music = Path(home) / "music"
        music.mkdir()
        for number, file in enumerate(files[: asked.tracks]):
            (music / f"{number:04}{file.suffix}").symlink_to(file.resolve())
        environment = {**os.environ, "MIEN_HOME": home}
        scan = [sys.executable, "-m", "mien", "scan", str(music), "--workers", str(asked.workers)]
        before, began = os.times(), time.perf_counter()
        subprocess.run(scan, env=environment, check=True, stdout=subprocess.DEVNULL)
        took, after = time.perf_counter() - began, os.times()
    tracks = min(asked.tracks, len(files))
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"{tracks} tracks, {asked.workers} workers: {took / tracks:.3f} s a track by the clock,"
        f" {spent / tracks:.3f} s of processor time; load average {os.getloadavg()[0]:.1f}"
    )


def joined(clips: list[Path], made: Path, tracks: int) -> list[Path]:
    """Three-minute mp3s of clips that follow each other; those that are there already are not made again."""
    made.mkdir(parents=True, exist_ok=True)
    following = cycle(clips)
    files = [made / f"{number:04}.mp3" for number in range(tracks)]
    for file in files:
        chosen = list(islice(following, CLIPS))
        if file.is_file():
            continue
        mono = np.concatenate([decode_all(clip, sample_rate_hz=RATE_HZ) for clip in chosen])
        unfinished = made / "unfinished.mp3"
        write_mp3(unfinished, np.stack([mono, 0.9 * mono]), RATE_HZ)
        unfinished.replace(file)
    return files


if __name__ == "__main__":
    main()
