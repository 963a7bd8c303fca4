"""Labelled songs as numbers: the features of each, what there is to learn of it, and its fold."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mien.audio.decode import decode, decode_all
from mien.audio.features import FEATURES_VERSION, SAMPLE_RATE_HZ, listen, merge, vector
from mien.audio.mood import MOODS, QUADRANTS
from mien.audio.workers import map_files
from mien.domain import Mood, Quadrant
from mien.errors import DatasetError, DecodingError
from mien.training.datasets import read_labelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.audio.features import Sound
    from mien.training.datasets import Example, LabelledData

    Vectors = NDArray[np.float32]

FOLDS = 5
# A song is also learnt by stretches of it, at most so many of each length (in windows of 10 s).
STRETCHES = 3
LONGEST_STRETCH = 3
# And without what lies above these frequencies, as a telephone or an old radio gives it.
NARROW_HZ = (3_900.0, 5_500.0)
# No more of a song is learnt, so that it fits into memory.
LONGEST_S = 900.0
FILE_TIMEOUT_S = 600.0
# What kept measurements depend on.
_MEASURED = [FEATURES_VERSION, STRETCHES, LONGEST_STRETCH, *NARROW_HZ, LONGEST_S]
# Thayer's quadrant of each mood, where the data does not say the quadrant itself.
QUADRANT_OF: Mapping[str, str] = {
    Mood.HAPPY: Quadrant.EXUBERANCE,
    Mood.ENERGETIC: Quadrant.EXUBERANCE,
    Mood.ANGRY: Quadrant.ANXIETY,
    Mood.TENSE: Quadrant.ANXIETY,
    Mood.SAD: Quadrant.DEPRESSION,
    Mood.TENDER: Quadrant.CONTENTMENT,
    Mood.CALM: Quadrant.CONTENTMENT,
}


class Progress(Protocol):
    """Told how training goes; the command line draws it."""

    def loading(self, done: int, total: int) -> None:
        """Songs measured so far."""

    def fold(self, done: int, folds: int, figures: Mapping[str, float]) -> None:
        """So many folds are trained; ``figures`` hold the accuracy of each head on the last one."""


@dataclass(frozen=True, slots=True)
class Songs:
    """Labelled songs, measured.

    Attributes:
        files: their names within the data.
        vectors: of each song: the first row is the whole song, the others vary it; shape ``[rows, d]``.
        heads: what is learnt (``moods``, ``quadrants``), with the labels of each.
        reference: for each head, the index of each song's label; -1 where it has none. Shape ``[songs]``.
        groups: artist of each song, or what else must stay on one side of a split.
        folds: the fold of each song.
        left_out: why, by file, of those that could not be measured.
    """

    files: tuple[str, ...]
    vectors: tuple[Vectors, ...] = field(repr=False)
    heads: Mapping[str, tuple[str, ...]]
    reference: Mapping[str, NDArray[np.int64]] = field(repr=False)
    groups: tuple[str, ...] = field(repr=False)
    folds: NDArray[np.int64] = field(repr=False)
    left_out: Mapping[str, str]

    def wholes(self) -> Vectors:
        """The vectors of the whole songs, shape ``[songs, d]``."""
        return np.stack([rows[0] for rows in self.vectors])


def read_songs(
    path: Path,
    columns: Mapping[str, str] | None = None,
    *,
    cache: Path | None = None,
    workers: int = 1,
    only_fold: str | None = None,
    varied: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> Songs:
    """Read and measure labelled songs.

    The labels are in ``mood`` (or ``label``) and ``quadrant``, the groups in ``artist`` and the folds in
    ``fold``; ``columns`` maps other headers to these names. Where there are no folds, five are made in which
    no artist is on two sides. A file in ``duplicate_of`` is in the same group.

    Args:
        path: a folder per class, or a folder with ``index.csv``.
        columns: the header that stands for each name.
        cache: a file that keeps the measurements, so that a second run need not repeat them.
        workers: how many processes measure.
        only_fold: leave out the songs whose ``fold`` says another.
        varied: whether stretches and narrow-band copies are wanted too, to learn from.
        seed: of the folds that are made.
        progress: told now and then.

    Raises:
        DatasetError: there is nothing that can be learnt from.
    """
    columns = dict(columns or {})
    data = read_labelled(path, columns)
    if only_fold is not None:
        data = replace(
            data, examples=tuple(e for e in data.examples if _said(e, "fold", columns) == only_fold)
        )
    labels = {name: found for name in (MOODS, QUADRANTS) if (found := _labels(data, name, columns))}
    if not labels:
        raise DatasetError(f"{path} names no class of any song: it needs a column mood, quadrant or label")
    heads = {name: _classes(found) for name, found in labels.items()}
    wanted = [e for i, e in enumerate(data.examples) if any(found[i] for found in labels.values())]
    measured, left_out = _measured(
        data, wanted, _varied if varied else _whole, cache=cache, workers=workers, progress=progress
    )
    kept = [i for i, example in enumerate(data.examples) if example.file in measured]
    if not kept:
        raise DatasetError(f"none of the {len(wanted)} songs of {path} can be measured: {_first(left_out)}")
    reference = {
        name: np.array([heads[name].index(found[i]) if found[i] else -1 for i in kept])
        for name, found in labels.items()
    }
    examples = [data.examples[i] for i in kept]
    groups = _groups(examples)
    return Songs(
        files=tuple(e.file for e in examples),
        vectors=tuple(measured[e.file] for e in examples),
        heads=heads,
        reference=reference,
        groups=groups,
        folds=_folds(examples, groups, reference, columns, seed),
        left_out=left_out,
    )


def _first(left_out: Mapping[str, str]) -> str:
    return next((f"{file}: {reason}" for file, reason in left_out.items()), "there are none")


def _labels(data: LabelledData, head: str, columns: Mapping[str, str]) -> list[str]:
    """Each example's label of a head, "" where it has none; empty where the data says nothing of it."""
    labels = [_said(e, "mood", columns) or e.label for e in data.examples]
    quadrants = [_said(e, "quadrant", columns) for e in data.examples]
    if not any(quadrants):
        if set(labels) - {""} <= set(Quadrant):
            labels, quadrants = [""] * len(labels), labels
        elif set(labels) - {""} <= set(Mood):
            quadrants = [str(QUADRANT_OF[label]) if label else "" for label in labels]
    found = labels if head == MOODS else quadrants
    return found if any(found) else []


def _said(example: Example, name: str, columns: Mapping[str, str]) -> str:
    return example.row.get(columns.get(name, name), "").strip().lower()


def _classes(labels: Iterable[str]) -> tuple[str, ...]:
    """Mien's own order where the labels are Mien's, else by the alphabet."""
    found = set(labels) - {""}
    for known in (Mood, Quadrant):
        if found <= set(known):
            return tuple(str(label) for label in known)
    return tuple(sorted(found))


def _groups(examples: Sequence[Example]) -> tuple[str, ...]:
    """The artist of each, or the file itself; artists that share a recording are one group."""
    group = {e.file: e.group or e.twins or f"#{e.file}" for e in examples}
    joined: dict[str, str] = {}

    def root(name: str) -> str:
        while name in joined:
            name = joined[name]
        return name

    for example in examples:
        twin = group.get(example.row.get("duplicate_of", ""))
        if twin is not None and root(twin) != root(group[example.file]):
            joined[root(group[example.file])] = root(twin)
    return tuple(root(group[e.file]) for e in examples)


def _folds(
    examples: Sequence[Example],
    groups: Sequence[str],
    reference: Mapping[str, NDArray[np.int64]],
    columns: Mapping[str, str],
    seed: int,
) -> NDArray[np.int64]:
    """The data's own folds, or five (fewer if there are fewer groups) with each class spread over them."""
    given = [_said(e, "fold", columns) for e in examples]
    if all(given) and len(set(given)) > 1:
        names = sorted(set(given))
        return np.array([names.index(name) for name in given])
    members: dict[str, list[int]] = defaultdict(list)
    for i, group in enumerate(groups):
        members[group].append(i)
    count = min(FOLDS, len(members))
    order = sorted(members)
    random.Random(seed).shuffle(order)  # noqa: S311  (not for secrets)
    folds = np.zeros(len(examples), np.int64)
    held: list[Counter[int]] = [Counter() for _ in range(count)]
    classes = next(iter(reference.values()))
    for group in sorted(order, key=lambda name: -len(members[name])):
        own = [int(classes[i]) for i in members[group]]
        fold = min(range(count), key=lambda f: (sum(held[f][label] for label in own), held[f].total()))
        held[fold].update(own)
        folds[members[group]] = fold
    return folds


def _measured(
    data: LabelledData,
    examples: Sequence[Example],
    make_measure: Callable[[], Callable[[Path], Vectors]],
    *,
    cache: Path | None,
    workers: int,
    progress: Progress | None,
) -> tuple[dict[str, Vectors], dict[str, str]]:
    """The vectors of each file, and why some have none."""
    vectors = _cached(cache)
    left_out: dict[str, str] = {}
    missing = [e for e in examples if e.file not in vectors]
    done = len(examples) - len(missing)
    with data.paths(missing) as paths:
        file_of = {path: e.file for path, e in zip(paths, missing, strict=True)}
        results = map_files(make_measure, paths, workers=workers, timeout_s=FILE_TIMEOUT_S)
        for number, result in enumerate(results, 1):
            if result.value is None:
                left_out[file_of[result.path]] = result.error or "it cannot be measured"
            else:
                vectors[file_of[result.path]] = result.value
            if progress is not None:
                progress.loading(done + number, len(examples))
    if cache is not None and len(left_out) < len(missing):
        _keep(cache, vectors)
    return {e.file: vectors[e.file] for e in examples if e.file in vectors}, left_out


def _varied() -> Callable[[Path], Vectors]:
    return measure_song


def _whole() -> Callable[[Path], Vectors]:
    return measure_whole


def measure_whole(path: Path) -> Vectors:
    """The vector of a song of any length, shape ``[1, d]``.

    Raises:
        DecodingError: it cannot be decoded, or nothing is heard in it.
    """
    windows = listen(decode(path, sample_rate_hz=SAMPLE_RATE_HZ))
    return vector(merge(_heard(path, [window.sound for window in windows])))[None]


def _heard(path: Path, sounds: Iterable[Sound | None]) -> list[Sound]:
    heard = [sound for sound in sounds if sound is not None]
    if not heard:
        raise DecodingError(f"{path.name} is silent or too short")
    return heard


def measure_song(path: Path) -> Vectors:
    """The vectors of a song, of stretches of it, and of copies in a narrow band; the whole song comes first.

    Raises:
        DecodingError: it cannot be decoded, or nothing is heard in it.
    """
    samples = decode_all(path, sample_rate_hz=SAMPLE_RATE_HZ, longest_s=LONGEST_S)
    sounds = _heard(path, _sounds(samples))
    narrow = (_sounds(_low_passed(samples, hz)) for hz in NARROW_HZ)
    varied = [*_stretches(sounds), *(copy for copy in narrow if copy)]
    return np.stack([vector(merge(each)) for each in varied])


def _sounds(samples: NDArray[np.float32]) -> list[Sound]:
    return [window.sound for window in listen([samples]) if window.sound is not None]


def _low_passed(samples: NDArray[np.float32], highest_hz: float) -> NDArray[np.float32]:
    size = 1 << (len(samples) - 1).bit_length()  # of other lengths, the transform may take minutes
    spectrum = np.fft.rfft(samples, size)
    spectrum[np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ) > highest_hz] = 0
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def _stretches(sounds: Sequence[Sound]) -> list[Sequence[Sound]]:
    stretches: list[Sequence[Sound]] = [sounds]
    for length in range(1, min(LONGEST_STRETCH + 1, len(sounds))):
        last = len(sounds) - length
        starts = sorted({round(i * last / (STRETCHES - 1)) for i in range(STRETCHES)})
        stretches += [sounds[start : start + length] for start in starts]
    return stretches


def _cached(cache: Path | None) -> dict[str, Vectors]:
    if cache is None or not cache.is_file():
        return {}
    try:
        with np.load(cache, allow_pickle=False) as kept:
            about: Any = json.loads(str(kept["about"]))
            if about["measured"] != _MEASURED:
                return {}
            parts = np.split(kept["vectors"], np.cumsum(about["rows"])[:-1])
            return dict(zip(about["files"], parts, strict=True))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{cache} is damaged ({error}); delete it") from None


def _keep(cache: Path, vectors: Mapping[str, Vectors]) -> None:
    rows = [len(v) for v in vectors.values()]
    about = {"measured": _MEASURED, "files": list(vectors), "rows": rows}
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, about=json.dumps(about), vectors=np.concatenate(list(vectors.values())))
    except OSError as error:
        raise DatasetError(f"cannot keep measurements in {cache}: {error.strerror}") from None
