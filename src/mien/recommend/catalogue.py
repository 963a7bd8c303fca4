"""The library as columns of numbers, kept between requests: row i of each column is one track."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mien.domain import MOOD_PLANE, Mood

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.domain import TrackColumns

# The place of each pitch on the circle of fifths; a minor key stands with its relative major.
_PITCHES = {name: place for place, name in enumerate("C G D A E B F# C# G# D# A# F".split())}
_PITCHES |= {"Gb": 6, "Db": 7, "Ab": 8, "Eb": 9, "Bb": 10}
_MINOR_IS_RELATIVE_TO = -3
NO_KEY = -1
NO_NAME = -1
_AXES = 56


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The library as columns; row i of each is one track.

    Attributes:
        ids: track numbers, ascending, int64 ``[n]``.
        moods: the network's probabilities in the order of ``Mood``, float32 ``[n, 7]``, column by column in
            memory: most of what is done with them is done to whole columns.
        certain: whether the network is sure enough of them, bool ``[n]``.
        plane: valence and arousal, -1 to 1, float32 ``[n, 2]``.
        durations_s: float32 ``[n]``.
        tempos_bpm: NaN where there is no beat, float32 ``[n]``.
        fifths: the key's place on the circle of fifths, 0 to 11, or ``NO_KEY``, int8 ``[n]``.
        artists: a number for each artist, ``NO_NAME`` where none is tagged, int32 ``[n]``.
        albums: likewise for each album of an artist.
        artist_names: by those numbers.
        album_names: likewise.
        sounds: the song network's embedding less the library's mean one, along the library's principal axes,
            of length 1 (0 where there is none), float32 ``[n, k]``; the dot product of two is how alike they
            sound, -1 to 1.
        centre: that mean embedding, ``[d]``.
        axes: those axes, ``[d, k]``.
    """

    ids: NDArray[np.int64]
    moods: NDArray[np.float32]
    certain: NDArray[np.bool_]
    plane: NDArray[np.float32]
    durations_s: NDArray[np.float32]
    tempos_bpm: NDArray[np.float32]
    fifths: NDArray[np.int8]
    artists: NDArray[np.int32]
    albums: NDArray[np.int32]
    artist_names: tuple[str, ...]
    album_names: tuple[str, ...]
    sounds: NDArray[np.float32]
    centre: NDArray[np.float32]
    axes: NDArray[np.float32]

    @classmethod
    def of(cls, columns: TrackColumns) -> Catalogue:
        """The columns of a whole library."""
        vectors = _matrix(columns.embeddings)
        heard = vectors.any(axis=1)
        centre = vectors[heard].mean(axis=0) if heard.any() else np.zeros(vectors.shape[1], np.float32)
        axes = _principal_axes(vectors[heard] - centre)
        return _of(columns, vectors, _Ear(centre.astype(np.float32), axes), {}, {})

    def updated(self, changed: TrackColumns, ids: NDArray[np.int64]) -> Catalogue:
        """These columns after a change.

        Args:
            changed: the tracks that are new or were analysed again.
            ids: the numbers of all tracks that are there now, ascending.
        """
        vectors = _matrix(changed.embeddings)
        if vectors.shape[1] != len(self.centre):
            vectors = np.zeros((len(changed.ids), len(self.centre)), np.float32)
        artists = {name: number for number, name in enumerate(self.artist_names)}
        albums = {name: number for number, name in enumerate(self.album_names)}
        new = _of(changed, vectors, _Ear(self.centre, self.axes), artists, albums)
        kept = np.isin(self.ids, ids) & ~np.isin(self.ids, new.ids)
        there = np.isin(new.ids, ids)
        order = np.argsort(np.concatenate([self.ids[kept], new.ids[there]]), kind="stable")
        joined = {
            name: np.concatenate([getattr(self, name)[kept], getattr(new, name)[there]])[order]
            for name in _BY_ROW
        }
        joined["moods"] = np.asfortranarray(joined["moods"])
        return Catalogue(
            **joined,
            artist_names=new.artist_names,
            album_names=new.album_names,
            centre=self.centre,
            axes=self.axes,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, track_ids: Iterable[int]) -> NDArray[np.intp]:
        """The row of each track, -1 where it is not in the library; shape ``[k]``."""
        wanted = np.fromiter(track_ids, np.int64)
        return self.rows_of(wanted)

    def rows_of(self, wanted: NDArray[np.int64]) -> NDArray[np.intp]:
        """As :meth:`rows`, of an array."""
        if not len(self.ids):
            return np.full(len(wanted), -1, np.intp)
        found = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[found] == wanted, found, -1)

    @cached_property
    def tops(self) -> NDArray[np.intp]:
        """The column of each track's most probable mood, shape ``[n]``."""
        return self._tops_and_peaks[0]

    @cached_property
    def peaks(self) -> NDArray[np.float32]:
        """The probability of that mood, shape ``[n]``."""
        return self._tops_and_peaks[1]

    @cached_property
    def _tops_and_peaks(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        return largest_columns(self.moods)

    @cached_property
    def off_plane(self) -> NDArray[np.float32]:
        """How far the network puts each track from where its moods alone would, ``[n, 2]``."""
        off: NDArray[np.float32] = self.plane - self.moods @ MOODS_PLANE
        return off

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """Which tracks have a sound (an embedding), shape ``[n]``."""
        heard: NDArray[np.bool_] = np.any(self.sounds, axis=1)
        return heard


_BY_ROW = (
    *("ids", "moods", "certain", "plane", "durations_s", "tempos_bpm"),
    *("fifths", "artists", "albums", "sounds"),
)


def fifths(key: str | None) -> int:
    """A key's place on the circle of fifths, such as 0 for ``"C major"`` and for ``"A minor"``."""
    pitch, _, mode = (key or "").partition(" ")
    if pitch not in _PITCHES or mode not in {"major", "minor"}:
        return NO_KEY
    return (_PITCHES[pitch] + (_MINOR_IS_RELATIVE_TO if mode == "minor" else 0)) % 12


def mood_column(mood: Mood) -> int:
    """The column of a mood in ``Catalogue.moods``."""
    return _MOOD_COLUMNS[mood]


MOODS_PLANE: NDArray[np.float32] = np.array([MOOD_PLANE[mood] for mood in Mood], np.float32)
"""Where each mood lies on the plane, ``[7, 2]``."""

_MOOD_COLUMNS: Mapping[Mood, int] = {mood: column for column, mood in enumerate(Mood)}


def largest_columns(moods: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The column of the largest value of each row, the first of equals, and that value; each ``[n]``.

    Column by column: NumPy's own, row by row, takes several times as long where rows are as short as these.
    """
    if not len(moods):
        return np.zeros(0, np.intp), np.zeros(0, np.float32)
    tops, peaks = np.zeros(len(moods), np.intp), moods[:, 0].copy()
    for column in range(1, moods.shape[1]):
        values = moods[:, column]
        np.putmask(tops, values > peaks, column)
        np.maximum(peaks, values, out=peaks)
    return tops, peaks


def _of(
    columns: TrackColumns,
    vectors: NDArray[np.float32],
    ear: _Ear,
    artists: dict[str, int],
    albums: dict[str, int],
) -> Catalogue:
    names = [name.casefold().strip() for name in columns.artists]
    artist_numbers = _numbers(names, artists)
    # Two artists' "Greatest Hits" are two albums.
    album_names = [
        f"{artist}\n{album.casefold().strip()}" if album.strip() else ""
        for artist, album in zip(names, columns.albums, strict=True)
    ]
    album_numbers = _numbers(album_names, albums)
    return Catalogue(
        ids=columns.ids,
        moods=np.asfortranarray(columns.moods),
        certain=columns.certain,
        plane=columns.plane,
        durations_s=columns.durations_s,
        tempos_bpm=columns.tempos_bpm,
        fifths=np.fromiter((fifths(key) for key in columns.keys), np.int8, len(columns.keys)),
        artists=artist_numbers,
        albums=album_numbers,
        artist_names=tuple(artists),
        album_names=tuple(albums),
        sounds=_sounds(vectors, ear),
        centre=ear.centre,
        axes=ear.axes,
    )


def _numbers(names: Sequence[str], known: dict[str, int]) -> NDArray[np.int32]:
    """A number for each name, of those known or a new one, which is noted."""
    return np.fromiter(
        (known.setdefault(name, len(known)) if name else NO_NAME for name in names), np.int32, len(names)
    )


def _matrix(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The vectors as rows; zeros for those that are not of the commonest length."""
    lengths = [len(vector) for vector in vectors]
    width = max(set(lengths), key=lengths.count) if lengths else 0
    if all(length == width for length in lengths):
        return np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)
    nothing = np.zeros(width, np.float32)
    return np.stack([vector if len(vector) == width else nothing for vector in vectors])


class _Ear(NamedTuple):
    """How embeddings become sounds; see ``Catalogue``."""

    centre: NDArray[np.float32]
    axes: NDArray[np.float32]


def _principal_axes(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which the rows differ most: a third of the work, and nearly all of the difference."""
    width = centred.shape[1]
    if width <= _AXES:
        return np.eye(width, dtype=np.float32)
    _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return directions[:, ::-1][:, :_AXES].astype(np.float32)


def _sounds(vectors: NDArray[np.float32], ear: _Ear) -> NDArray[np.float32]:
    placed = np.where(vectors.any(axis=1, keepdims=True), vectors - ear.centre, np.float32(0)) @ ear.axes
    lengths = np.linalg.norm(placed, axis=1, keepdims=True)
    return (placed / np.where(lengths > 0, lengths, 1)).astype(np.float32)
