"""How often songs are taken for speech or noise, or speech for music.

    python benchmarks/speech.py FOLDER...

For each folder: how many of its files are judged to be speech, noise, or music, and which are no music.
Folders of music show false alarms, folders of spoken word hits.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from mien.audio.decode import decode
from mien.audio.features import SAMPLE_RATE_HZ, listen, merge, vector
from mien.audio.files import find_audio_files
from mien.audio.speech import most_of, no_music
from mien.errors import DecodingError

LONGEST_S = 90.0


def judged(path: Path) -> str:
    """Why a file is no music, as a song's analysis finds it; "music" where it may be."""
    windows = listen(decode(path, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=LONGEST_S))
    sounds = [window.sound for window in windows if window.sound is not None]
    if not sounds:
        return "silence"
    around = [merge(sounds[max(0, i - 1) : i + 2]) for i in range(len(sounds))]
    lengths = np.array([float(sound.frames) for sound in sounds])
    return most_of([no_music(vector(sound)) for sound in around], lengths) or "music"


def main(*folders: str) -> None:
    """Print the counts of each folder."""
    for folder in folders:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in find_audio_files([Path(folder)]):
            try:
                found[judged(path)].append(path.name)
            except DecodingError:
                found["cannot be read"].append(path.name)
        total = sum(map(len, found.values()))
        for what, names in found.items():
            few = f": {', '.join(names)}" if what != "music" and len(names) < total / 20 else ""
            print(f"{folder}: {what} {len(names)} of {total}{few}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
