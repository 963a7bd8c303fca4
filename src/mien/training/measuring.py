"""Labelled songs are measured: many files, in processes of their own, once."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mien.audio.decode import decode, decode_all
from mien.audio.features import FEATURES_VERSION, SAMPLE_RATE_HZ, listen, merge, vector
from mien.audio.workers import map_files
from mien.errors import DatasetError, DecodingError
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.audio.features import Sound
    from mien.sentences import Sentence
    from mien.training.datasets import Example, LabelledData

    Vectors = NDArray[np.float32]

# A song is also learnt by stretches of it, at most so many of each length (in windows of 10 s).
STRETCHES = 3
LONGEST_STRETCH = 3
# And without what lies above these frequencies, as a telephone or an old radio gives it.
NARROW_HZ = (3_900.0, 5_500.0)
# No more of a song is learnt, so that it fits into memory.
LONGEST_S = 900.0
FILE_TIMEOUT_S = 600.0
# Measurements are kept after so many files, so that an interrupted run need not begin anew.
_KEPT_EVERY = 100
# What kept measurements depend on.
_MEASURED = [FEATURES_VERSION, STRETCHES, LONGEST_STRETCH, *NARROW_HZ, LONGEST_S]


class Progress(Protocol):
    """Told how training goes; the command line draws it."""

    def loading(self, done: int, total: int) -> None:
        """Songs measured so far."""

    def fold(self, done: int, folds: int, figures: Mapping[str, float]) -> None:
        """So many folds are trained; ``figures`` hold the accuracy of each head on the last one."""


def measured(
    data: LabelledData,
    examples: Sequence[Example],
    measure: Callable[[Path], Vectors],
    *,
    cache: Path | None,
    workers: int,
    progress: Progress | None,
) -> tuple[dict[str, Vectors], dict[str, Sentence]]:
    """The vectors of each file, and why some have none.

    Args:
        data: where the files are.
        examples: which to measure.
        measure: ``measure_song`` or ``measure_whole``.
        cache: a file that keeps the measurements, so that a second run need not repeat them.
        workers: how many processes measure.
        progress: told now and then.

    Raises:
        DatasetError: the cache is damaged or cannot be written.
    """
    vectors = _cached(cache)
    left_out: dict[str, Sentence] = {}
    missing = [e for e in examples if e.file not in vectors]
    done, unkept = len(examples) - len(missing), 0
    with data.paths(missing) as paths:
        file_of = {path: e.file for path, e in zip(paths, missing, strict=True)}
        results = map_files(partial(_itself, measure), paths, workers=workers, timeout_s=FILE_TIMEOUT_S)
        for number, result in enumerate(results, 1):
            if result.value is None:
                left_out[file_of[result.path]] = result.error or say(
                    "song_unmeasured", "it cannot be measured"
                )
            else:
                vectors[file_of[result.path]] = result.value
                unkept += 1
            if cache is not None and unkept and (unkept == _KEPT_EVERY or number == len(missing)):
                _keep(cache, vectors)
                unkept = 0
            if progress is not None:
                progress.loading(done + number, len(examples))
    return {e.file: vectors[e.file] for e in examples if e.file in vectors}, left_out


def _itself(measure: Callable[[Path], Vectors]) -> Callable[[Path], Vectors]:
    return measure


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
        raise DecodingError(say("song_silent", "{file} is silent or too short", file=path.name))
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
        raise DatasetError(
            say("cache_damaged", "{file} is damaged ({fault}); delete it", file=str(cache), fault=str(error))
        ) from None


def _keep(cache: Path, vectors: Mapping[str, Vectors]) -> None:
    rows = [len(v) for v in vectors.values()]
    about = {"measured": _MEASURED, "files": list(vectors), "rows": rows}
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        unfinished = cache.with_suffix(".unfinished.npz")
        np.savez(unfinished, about=json.dumps(about), vectors=np.concatenate(list(vectors.values())))
        unfinished.replace(cache)
    except OSError as error:
        raise DatasetError(
            say(
                "cache_unwritable",
                "cannot keep measurements in {file}: {fault}",
                file=str(cache),
                fault=fault_of(error),
            )
        ) from None
