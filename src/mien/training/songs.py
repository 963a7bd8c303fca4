"""Labelled songs as numbers: the features of each, what there is to learn of it, and its fold."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mien.audio.mood import MOODS, QUADRANTS
from mien.domain import Mood, Quadrant
from mien.errors import DatasetError
from mien.sentences import say
from mien.training.datasets import read_labelled, require_part
from mien.training.measuring import measure_song, measure_whole, measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.sentences import Sentence
    from mien.training.datasets import Example, LabelledData
    from mien.training.measuring import Progress, Vectors

FOLDS = 5
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
    left_out: Mapping[str, Sentence]

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
    ``fold``; a quadrant that is not said is that of ``valence`` and ``arousal``, from -1 to 1. ``columns``
    maps other headers to these names. Where there are no folds, five are made in which no artist is on two
    sides. A file in ``duplicate_of`` is in the same group.

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
        folds = [_said(e, "fold", columns) for e in data.examples]
        require_part(data, "fold", only_fold, folds)
        inside = (e for e, fold in zip(data.examples, folds, strict=True) if fold == only_fold)
        data = replace(data, examples=tuple(inside))
    labels = {name: found for name in (MOODS, QUADRANTS) if (found := _labels(data, name, columns))}
    if not labels:
        raise DatasetError(
            say(
                "data_no_class",
                "{file} names no class of any song: it needs a column mood, quadrant or label",
                file=str(path),
            )
        )
    heads = {name: _classes(found) for name, found in labels.items()}
    wanted = [e for i, e in enumerate(data.examples) if any(found[i] for found in labels.values())]
    vectors, left_out = measured(
        data,
        wanted,
        measure_song if varied else measure_whole,
        cache=cache,
        workers=workers,
        progress=progress,
    )
    kept = [i for i, example in enumerate(data.examples) if example.file in vectors]
    if not kept:
        raise DatasetError(
            say(
                "data_unmeasured",
                "none of the {songs} songs of {file} can be measured: {first}",
                songs=len(wanted),
                file=str(path),
                first=_first(left_out),
            )
        )
    reference = {
        name: np.array([heads[name].index(found[i]) if found[i] else -1 for i in kept])
        for name, found in labels.items()
    }
    examples = [data.examples[i] for i in kept]
    groups = _groups(examples)
    return Songs(
        files=tuple(e.file for e in examples),
        vectors=tuple(vectors[e.file] for e in examples),
        heads=heads,
        reference=reference,
        groups=groups,
        folds=_folds(examples, groups, reference, columns, seed),
        left_out=left_out,
    )


def _first(left_out: Mapping[str, Sentence]) -> Sentence:
    return next(
        (say("of_file", "{name}: {fault}", name=file, fault=fault) for file, fault in left_out.items()),
        say("there_are_none", "there are none"),
    )


def _labels(data: LabelledData, head: str, columns: Mapping[str, str]) -> list[str]:
    """Each example's label of a head, "" where it has none; empty where the data says nothing of it."""
    labels = [_said(e, "mood", columns) or e.label for e in data.examples]
    quadrants = [_said(e, "quadrant", columns) or _on_the_plane(e, columns) for e in data.examples]
    if not any(quadrants):
        if set(labels) - {""} <= set(Quadrant):
            labels, quadrants = [""] * len(labels), labels
        elif set(labels) - {""} <= set(Mood):
            quadrants = [str(QUADRANT_OF[label]) if label else "" for label in labels]
    found = labels if head == MOODS else quadrants
    return found if any(found) else []


def _on_the_plane(example: Example, columns: Mapping[str, str]) -> str:
    """The quadrant of a song of which valence and arousal are said as numbers; "" where they are not."""
    said = [_said(example, name, columns) for name in ("valence", "arousal")]
    if not all(said):
        return ""
    try:
        valence, arousal = (float(text) for text in said)
    except ValueError:
        valence = arousal = float("nan")
    if not (abs(valence) <= 1 and abs(arousal) <= 1):
        raise DatasetError(
            say(
                "data_off_plane",
                "{name}: valence and arousal are numbers from -1 to 1, not {valence} and {arousal}",
                name=example.file,
                valence=said[0],
                arousal=said[1],
            )
        )
    if valence > 0:
        return str(Quadrant.EXUBERANCE if arousal > 0 else Quadrant.CONTENTMENT)
    return str(Quadrant.ANXIETY if arousal > 0 else Quadrant.DEPRESSION)


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
