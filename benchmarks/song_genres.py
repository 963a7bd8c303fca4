"""How well the song network hears each genre: signs of valence and arousal, and the quadrant.

    python benchmarks/song_genres.py DATA [FEATURES]

Trains as `mien train mood` does, one network a fold, and counts the songs of each genre that `index.csv`
names in its column ``genres`` (several, parted by semicolons). FEATURES keeps the measurements, such as
``checkpoints/features.npz`` of a training run.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from mien.audio.mood import QUADRANTS
from mien.domain import Quadrant
from mien.training.mood_network import MoodTraining, fit, predict
from mien.training.songs import Songs, read_songs

FEWEST = 40  # songs of a genre; of fewer, chance says more than the network
POSITIVE = (Quadrant.EXUBERANCE, Quadrant.CONTENTMENT)
AROUSED = (Quadrant.EXUBERANCE, Quadrant.ANXIETY)


def cross_validated(songs: Songs) -> np.ndarray:
    """Probabilities of each song's quadrants, by a network that did not learn from its fold."""
    estimates = np.zeros((len(songs.files), len(songs.heads[QUADRANTS])))
    for fold in sorted(set(songs.folds.tolist())):
        held_out = songs.folds == fold
        networks = fit(songs, np.nonzero(~held_out)[0], MoodTraining())
        estimates[held_out] = predict(networks, tuple(songs.heads), songs.wholes()[held_out])[QUADRANTS]
    return estimates


def genres(data: Path) -> dict[str, set[str]]:
    """The files of each genre."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    with (data / "index.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            for genre in filter(None, map(str.strip, row["genres"].split(";"))):
                found[genre].add(row["file"])
    return found


def main(data: str, features: str | None = None) -> None:
    """Print the table."""
    songs = read_songs(Path(data), cache=Path(features) if features else None)
    estimates, reference = cross_validated(songs), songs.reference[QUADRANTS]
    right = {"quadrant": estimates.argmax(axis=1) == reference}
    for name, side in (("valence", POSITIVE), ("arousal", AROUSED)):
        columns = [songs.heads[QUADRANTS].index(quadrant) for quadrant in side]
        right[name] = (estimates[:, columns].sum(axis=1) > 0.5) == np.isin(reference, columns)
    print(f"{'genre':16} songs  valence  arousal  quadrant")
    for genre, files in sorted(genres(Path(data)).items(), key=lambda pair: -len(pair[1])):
        of_genre = np.array([file in files for file in songs.files]) & (reference >= 0)
        if of_genre.sum() >= FEWEST:
            shares = [right[name][of_genre].mean() for name in ("valence", "arousal", "quadrant")]
            print(f"{genre:16} {of_genre.sum():5}  " + "  ".join(f"{share:7.0%}" for share in shares))


if __name__ == "__main__":
    main(*sys.argv[1:])
