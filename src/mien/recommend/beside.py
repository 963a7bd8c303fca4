"""What a song is worth beside others in a list: artists and albums apart, tempo, key and energy near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue
    from mien.recommend.view import View

_APART = 6
_SIX_FIFTHS = 6.0
_UNKNOWN_STEP = 0.25  # what a step of unknown tempo or key costs: neither good nor bad


def spacing(catalogue: Catalogue, rows: NDArray[np.intp], beside: Sequence[int]) -> NDArray[np.float32]:
    """How near the nearest song of the same artist stands, and of the same album half as much; -1 to 0."""
    artists, albums = catalogue.artists[rows], catalogue.albums[rows]
    of_artist, of_album = np.zeros((2, len(rows)), np.float32)
    for distance, row in reversed(list(enumerate(beside[:_APART], start=1))):
        artist, album = catalogue.artists[row], catalogue.albums[row]
        if artist >= 0:
            of_artist[artists == artist] = 1 / distance
        if album >= 0:
            of_album[albums == album] = 1 / distance
    return (-(2 * of_artist + of_album) / 3).astype(np.float32, copy=False)


def flow(view: View, rows: NDArray[np.intp], before: int) -> NDArray[np.float32]:
    """How far tempo (an octave is near), key (on the circle of fifths) and energy (arousal) jump; -1 to 0."""
    if before < 0:
        return np.zeros(len(rows), np.float32)
    catalogue = view.catalogue
    ratio = np.log2(catalogue.tempos_bpm[rows] / catalogue.tempos_bpm[before])
    tempo = 2 * np.abs(ratio - np.round(ratio))
    tempo = np.where(np.isnan(tempo), _UNKNOWN_STEP, tempo)
    fifths = catalogue.fifths[rows].astype(np.int16)
    apart = np.abs((fifths - catalogue.fifths[before] + 6) % 12 - 6) / _SIX_FIFTHS
    key = np.where((fifths < 0) | (catalogue.fifths[before] < 0), _UNKNOWN_STEP, apart)
    energy = np.abs(view.hearing.plane[rows, 1] - view.hearing.plane[before, 1]) / 2
    jump: NDArray[np.float64] = 0.4 * tempo + 0.2 * key + 0.4 * energy
    return -jump.astype(np.float32)
