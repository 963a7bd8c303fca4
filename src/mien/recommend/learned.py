"""What the listeners of a server taught each other, as one file, and what it says to one of them.

The file is NumPy's npz, read without pickle: numbers and one line of text, no code and no listener.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import ArtifactError, ConfigurationError
from mien.recommend.collaborative import (
    LEAST_LISTENERS,
    MOST_EASE_TRACKS,
    LinkedTracks,
    Links,
    Recommender,
    TimedEase,
    rows_of,
    shared_tracks,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.recommend.collaborative import Histories

_VERSION = 2
_ALIKE = 5
# What a score is worth that comes from songs that sound alike and not from listeners.
_SECOND_HAND = 0.5
_CHUNK = 512
_LARGEST_BYTES = 8 * 1024**3


@dataclass(frozen=True, slots=True)
class Learned:
    """What listeners taught each other.

    Attributes:
        identity: digest of what it was trained on and how; another identity means other listens.
        linked: the tracks that enough listeners heard.
        newcomers: tracks that too few heard, ascending, shape ``[newcomers]``.
        alike: columns of ``linked.tracks`` that sound most like each newcomer, ``[newcomers, 5]`` or fewer.
        likeness: how much, 0 to 1, likewise.
    """

    identity: str
    linked: LinkedTracks
    newcomers: NDArray[np.int64]
    alike: NDArray[np.int32]
    likeness: NDArray[np.float32]

    def scores(self, history: Sequence[int]) -> dict[int, float]:
        """How well each track would follow a history (the longest ago first), from 0 to 1.

        The best track that is not in the history has 1. Empty when nothing of the history is known: there is
        nothing to say then, and mood and taste alone decide.
        """
        if not len(rows_of(self.linked.tracks, history)):
            return {}
        direct = np.maximum(self.linked.scores(history), 0.0)
        unheard = ~np.isin(self.linked.tracks, np.asarray(history, np.int64))
        best = float(np.max(direct, where=unheard, initial=0.0))
        if best <= 0.0:
            return {}
        direct = np.minimum(direct / best, 1.0)
        heard_of = np.sum(direct[self.alike] * self.likeness, axis=1)
        second_hand = _SECOND_HAND * heard_of / np.maximum(np.sum(self.likeness, axis=1), 1.0)
        scores = dict(zip(self.linked.tracks.tolist(), direct.tolist(), strict=True))
        scores.update(zip(self.newcomers.tolist(), second_hand.tolist(), strict=True))
        return scores


def identity_of(histories: Histories, library: Iterable[int]) -> str:
    """A digest of what would be learned from; the order of the listeners does not count."""
    each = sorted(np.asarray(history, "<i8").tobytes() for history in histories)
    digest = hashlib.sha256(f"{_VERSION} {LEAST_LISTENERS} {sorted(library)}".encode())
    for history in each:
        digest.update(hashlib.sha256(history).digest())
    return digest.hexdigest()


def learn(histories: Histories, sound: Mapping[int, NDArray[np.float32]]) -> Learned | None:
    """Learn from what listeners heard; None while no track was heard by enough of them.

    Args:
        histories: of those who take part.
        sound: the song network's embedding of each track of the library, all of one length.

    Raises:
        ConfigurationError: there are too many tracks for the base installation.
    """
    tracks, rows = shared_tracks(histories, LEAST_LISTENERS)
    if not rows:
        return None
    linked = recommender_for(len(tracks)).fit(histories)
    newcomers = np.array(sorted(set(sound) - set(tracks.tolist())), np.int64)
    alike, likeness = _alike(newcomers, linked.tracks, sound)
    return Learned(identity_of(histories, sound), linked, newcomers, alike, likeness)


def recommender_for(count: int) -> Recommender[LinkedTracks]:
    """The best way to learn that is affordable for so many tracks.

    Raises:
        ConfigurationError: there are too many tracks for the base installation.
    """
    if count <= MOST_EASE_TRACKS:
        return TimedEase()
    if find_spec("implicit") is None:
        raise ConfigurationError(
            f"{count} tracks are shared by listeners; beyond {MOST_EASE_TRACKS} the extra collaborative is"
            " needed: pip install 'mien[collaborative]'"
        )
    from mien.recommend.neighbours import Neighbours  # noqa: PLC0415  (an extra, and slow to import)

    return Neighbours()


def save(learned: Learned, file: Path) -> None:
    """Write to a file that only its owner may read, whole or not at all.

    Raises:
        ArtifactError: it cannot be written.
    """
    arrays: dict[str, Any] = {
        "version": np.array(_VERSION),
        "identity": np.array(learned.identity),
        "tracks": learned.linked.tracks,
        "newcomers": learned.newcomers,
        "alike": learned.alike,
        "likeness": learned.likeness,
        "decays": np.array([links.decay for links in learned.linked.links]),
    }
    for number, links in enumerate(learned.linked.links):
        arrays |= {f"to_{number}": links.to, f"weights_{number}": links.weights}
    draft = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                np.savez(stream, **arrays)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ArtifactError(f"cannot write {file}: {error.strerror}") from None


def load(file: Path) -> Learned | None:
    """Read what was saved; None where there is no file.

    Raises:
        ArtifactError: the file is damaged or of another version: train again.
    """
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise _damaged(file)
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            learned = _from_arrays(arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        raise _damaged(file) from None
    return learned


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Learned:
    if int(arrays["version"]) != _VERSION:
        raise ValueError("another version")
    tracks = _array(arrays["tracks"], np.int64, 1)
    count = len(tracks)
    links = []
    for number, decay in enumerate(_array(arrays["decays"], np.float64, 1).tolist()):
        to = _columns(arrays[f"to_{number}"], count)
        weights = _array(arrays[f"weights_{number}"], np.float32, 2)
        if to.shape != weights.shape or len(to) != count or not 0.0 < decay <= 1.0:
            raise ValueError("links do not fit")
        links.append(Links(to, weights, decay))
    newcomers = _array(arrays["newcomers"], np.int64, 1)
    alike, likeness = _columns(arrays["alike"], count), _array(arrays["likeness"], np.float32, 2)
    if alike.shape != likeness.shape or len(alike) != len(newcomers):
        raise ValueError("newcomers do not fit")
    return Learned(str(arrays["identity"]), LinkedTracks(tracks, tuple(links)), newcomers, alike, likeness)


def _array(array: NDArray[Any], dtype: type, dimensions: int) -> NDArray[Any]:
    if array.dtype != dtype or array.ndim != dimensions:
        raise ValueError(f"{array.dtype} with {array.ndim} dimensions")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("not a number")
    return array


def _columns(array: NDArray[Any], count: int) -> NDArray[np.int32]:
    columns = _array(array, np.int32, 2)
    if columns.size and (columns.min() < 0 or columns.max() >= count):
        raise ValueError("a column that is not there")
    return columns


def _damaged(file: Path) -> ArtifactError:
    return ArtifactError(f"{file} is damaged or of another version: run mien collaborative refresh")


def _alike(
    newcomers: NDArray[np.int64], known: NDArray[np.int64], sound: Mapping[int, NDArray[np.float32]]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The known tracks that sound most like each newcomer, and their cosine where it is above 0."""
    audible = np.array([row for row, track in enumerate(known.tolist()) if track in sound], np.int32)
    kept = min(_ALIKE, len(audible))
    alike = np.zeros((len(newcomers), kept), np.int32)
    likeness = np.zeros((len(newcomers), kept), np.float32)
    if not kept or not len(newcomers):
        return alike, likeness
    vectors = np.stack([sound[track] for track in [*known[audible].tolist(), *newcomers.tolist()]])
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    reference, new = vectors[: len(audible)], vectors[len(audible) :]
    for start in range(0, len(new), _CHUNK):
        cosines = new[start : start + _CHUNK] @ reference.T
        nearest = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
        alike[start : start + _CHUNK] = audible[nearest]
        likeness[start : start + _CHUNK] = np.clip(np.take_along_axis(cosines, nearest, axis=1), 0.0, 1.0)
    return alike, likeness
