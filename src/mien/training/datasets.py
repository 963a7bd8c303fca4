"""Labelled pictures and songs: a folder per class, or an ``index.csv`` beside the files or their zip.

``index.csv`` has ``file`` and ``label`` and, where known, ``subject`` or ``artist`` (who must stay on one
side of a split), ``split`` (its name says train, valid or test), ``fold``, ``twin_group`` (copies of one
picture share a number), and ``votes_<label>``. Other headers are mapped with ``columns``.
"""

from __future__ import annotations

import csv
import lzma
import math
import random
import zipfile
import zlib
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mien.errors import DatasetError
from mien.sentences import Sentence, fault_of, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

INDEX = "index.csv"
ARCHIVES = ("images.zip", "audio.zip")
LARGEST_FILE_BYTES = 512 * 1024 * 1024
# The paper splits 26,200 pictures into 21,000 to train, 2,600 to validate and 2,600 to test.
PAPER_PROPORTIONS = (21_000, 2_600, 2_600)
# What a zip raises that is damaged, cut short, encrypted or packed in a way Python does not know.
_ZIP_ERRORS = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
# Other data sets name the same classes by their nouns.
SYNONYMS: Mapping[str, str] = {
    "anger": "angry",
    "afraid": "fear",
    "fearful": "fear",
    "disgusted": "disgust",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}


class Part(StrEnum):
    """The side of a split that an example is on."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled file.

    Attributes:
        file: its name within the data, with forward slashes.
        label: lower case, synonyms replaced; "" when it has none.
        group: the subject or artist; "" when unknown.
        twins: what exact copies of one file share; "" when it has none.
        split: the data's own name of its part; "" when it says none.
        votes: how many people gave each label; empty when nobody was asked.
        row: the whole line of the index, by header.
    """

    file: str
    label: str
    group: str = ""
    twins: str = ""
    split: str = ""
    votes: Mapping[str, float] = field(default_factory=dict)
    row: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LabelledData:
    """Labelled files in a folder or in a zip beside their index.

    Attributes:
        root: the folder.
        archive: the zip that holds the files; None when they lie in the folder.
        examples: in the order of the index, or sorted by name.
    """

    root: Path
    archive: Path | None
    examples: tuple[Example, ...]

    def read(self, examples: Iterable[Example]) -> Iterator[bytes]:
        """The content of each example's file, in order.

        Raises:
            DatasetError: a file is missing, too large or damaged.
        """
        if self.archive is None:
            for example in examples:
                yield _read_file(self.root / _inside(example.file))
            return
        with _open_zip(self.archive) as archive:
            for example in examples:
                yield _read_member(archive, example.file)

    @contextmanager
    def paths(self, examples: Sequence[Example]) -> Iterator[list[Path]]:
        """The examples' files as paths, in order; unpacked to a temporary folder when they lie in a zip."""
        if self.archive is None:
            yield [self.root / _inside(example.file) for example in examples]
            return
        with TemporaryDirectory(prefix="mien-data-") as folder:
            paths = []
            for number, (example, content) in enumerate(zip(examples, self.read(examples), strict=True)):
                path = Path(folder) / f"{number}{PurePosixPath(example.file).suffix}"
                path.write_bytes(content)
                paths.append(path)
            yield paths

    def counts(self) -> dict[str, int]:
        """How many examples each label has, most first."""
        return dict(Counter(example.label for example in self.examples).most_common())


def read_labelled(path: Path, columns: Mapping[str, str] | None = None) -> LabelledData:
    """Read what is labelled in ``path``; no picture or song is opened yet.

    Args:
        path: a folder with ``index.csv`` (or that file itself), or a folder with one folder a class.
        columns: the header that stands for each name above, such as ``{"label": "ferplus_majority"}``.

    Raises:
        DatasetError: there is nothing labelled, or a named column is not there.
    """
    if path.is_file() and path.suffix == ".csv":
        path = path.parent
    if not path.is_dir():
        raise DatasetError(
            say(
                "data_no_folder",
                "{file} is not a folder: give one with a folder per class, or with an {index}",
                file=str(path),
                index=INDEX,
            )
        )
    if (path / INDEX).is_file():
        archive = next((path / name for name in ARCHIVES if (path / name).is_file()), None)
        examples = _from_index(path / INDEX, columns or {})
    else:
        archive = None
        examples = _from_folders(path)
    if not examples:
        raise DatasetError(
            say(
                "data_nothing",
                "{file} holds nothing labelled: give a folder per class, or an {index} with file,label",
                file=str(path),
                index=INDEX,
            )
        )
    return LabelledData(path, archive, tuple(examples))


def require_part(data: LabelledData, what: str, wanted: str, said: Iterable[str]) -> None:
    """Refuse a part of the data by a name that none of it has.

    Args:
        data: whose part.
        what: ``split`` or ``fold``.
        wanted: its name.
        said: what each example says it is part of; "" where it says nothing.

    Raises:
        DatasetError: the data has no such part; it says which there are.
    """
    known = sorted(set(said) - {""})
    if not known:
        raise DatasetError(
            say(
                "data_undivided",
                "{file} names no {what} of any example: leave --{what} out",
                file=str(data.root),
                what=what,
            )
        )
    if wanted not in known:
        raise DatasetError(
            say(
                "data_no_part",
                "{file} has no {what} {name!r}; there is {known}",
                file=str(data.root),
                what=what,
                name=wanted,
                known=", ".join(known),
            )
        )


def split(
    data: LabelledData, seed: int, proportions: Sequence[float] = PAPER_PROPORTIONS
) -> dict[Part, LabelledData]:
    """Divide labelled data into training, validation and test parts.

    The data's own split is kept; what it lacks is taken from training by ``proportions``. A group (subject
    or artist) and copies of one file are never on two sides: what is held out leaves training, with all of
    its group and its copies, and what is tested leaves validation.

    Raises:
        DatasetError: too few groups to divide, or the data's own split has every group on two sides.
    """
    parts: dict[Part, list[Example]] = {part: [] for part in Part}
    for example in data.examples:
        parts[_part_of(example.split)].append(example)
    if not parts[Part.TRAIN]:
        raise DatasetError(
            say("data_no_train", "{file} has nothing in a part named train", file=str(data.root))
        )
    missing = [part for part in (Part.VALID, Part.TEST) if not parts[part]]
    shares = dict(zip(Part, (p / sum(proportions) for p in proportions), strict=True))
    order = random.Random(seed)  # noqa: S311  (not for secrets)
    for part in missing:
        wanted = shares[part] / (1 - sum(shares[p] for p in missing[: missing.index(part)]))
        parts[Part.TRAIN], parts[part] = _take_groups(parts[Part.TRAIN], wanted, order)
        if not parts[Part.TRAIN] or not parts[part]:
            raise DatasetError(
                say(
                    "data_too_few",
                    "{file} has too few examples or subjects for a {part} part of its own",
                    file=str(data.root),
                    part=str(part),
                )
            )
    parts[Part.TRAIN] = _apart(parts[Part.TRAIN], parts[Part.VALID] + parts[Part.TEST])
    parts[Part.VALID] = _apart(parts[Part.VALID], parts[Part.TEST])
    for part in (Part.TRAIN, Part.VALID):
        if not parts[part]:
            raise DatasetError(
                say(
                    "data_twice",
                    "{file} has every subject or file of its {part} part in another part too",
                    file=str(data.root),
                    part=str(part),
                )
            )
    return {part: replace(data, examples=tuple(examples)) for part, examples in parts.items()}


def ungrouped(data: LabelledData) -> LabelledData:
    """The same examples as if nobody were in two of them, and without the data's own split.

    A split of it is random, picture by picture: a person may be on both sides, and scores are flattered.
    """
    alone = tuple(replace(example, group="", twins="", split="") for example in data.examples)
    return replace(data, examples=alone)


def _apart(examples: list[Example], others: list[Example]) -> list[Example]:
    """Those that share neither group nor file with any of the others."""
    groups = {e.group for e in others if e.group}
    twins = {e.twins for e in others if e.twins}
    return [e for e in examples if e.group not in groups and e.twins not in twins]


def _take_groups(
    examples: list[Example], share: float, order: random.Random
) -> tuple[list[Example], list[Example]]:
    """Split off about ``share`` of the examples by whole groups; every label keeps about its share."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for number, example in enumerate(examples):
        groups[example.group or example.twins or f"#{number}"].append(example)
    names = sorted(groups)
    order.shuffle(names)
    wanted = {label: share * n for label, n in Counter(e.label for e in examples).items()}
    taken: set[str] = set()
    have: Counter[str] = Counter()
    for name in names:
        labels = Counter(e.label for e in groups[name])
        lacking = sum(min(n, max(0.0, wanted[label] - have[label])) for label, n in labels.items())
        if lacking * 2 >= len(groups[name]):
            taken.add(name)
            have += labels
    rest = [e for name in names if name not in taken for e in groups[name]]
    return rest, [e for name in names if name in taken for e in groups[name]]


def _part_of(name: str) -> Part:
    if "test" in name:
        return Part.TEST
    return Part.VALID if "val" in name else Part.TRAIN


def _from_folders(root: Path) -> list[Example]:
    examples = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        examples += [Example(p.relative_to(root).as_posix(), label_of(folder.name)) for p in files]
    return examples


def _from_index(index: Path, columns: Mapping[str, str]) -> list[Example]:
    try:
        with index.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            headers = list(reader.fieldnames or [])
            _check_columns(index, headers, columns)
            return [_example(row, headers, columns) for row in reader if row.get(columns.get("file", "file"))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(_unreadable(index, str(error))) from None


def _check_columns(index: Path, headers: list[str], columns: Mapping[str, str]) -> None:
    for name, header in {"file": "file", "label": "label", **columns}.items():
        if header not in headers and (name in columns or name == "file"):
            near = get_close_matches(header, headers, 1)
            raise DatasetError(
                say(
                    "data_column_near",
                    "{file} has no column {header}; did you mean {near}?",
                    file=str(index),
                    header=header,
                    near=near[0],
                )
                if near
                else say(
                    "data_no_column",
                    "{file} has no column {header}; it has {known}",
                    file=str(index),
                    header=header,
                    known=", ".join(headers) or "none",
                )
            )


def _example(row: dict[str, str], headers: list[str], columns: Mapping[str, str]) -> Example:
    def value(*names: str) -> str:
        found = (row.get(columns.get(name, name)) for name in names)
        return next((v.strip() for v in found if v and v.strip()), "")

    mapped = {name: header for name, header in columns.items() if name.startswith("votes_")}
    votes = {name: name for name in headers if name.startswith("votes_")} | mapped
    twins = value("twin_group")
    return Example(
        file=value("file"),
        label=label_of(value("label")),
        group=value("subject", "artist"),
        twins="" if twins == "0" else twins,
        split=value("split").lower(),
        votes={
            label_of(name.removeprefix("votes_")): _number(row.get(header)) for name, header in votes.items()
        },
        row={name: text or "" for name, text in row.items() if name},
    )


def label_of(text: str) -> str:
    """The label that a word of the data stands for: lower case, synonyms replaced."""
    name = text.strip().lower()
    return SYNONYMS.get(name, name)


def _number(text: str | None) -> float:
    try:
        count = float(text or 0)
    except ValueError:
        count = math.nan
    if not 0 <= count < math.inf:
        raise DatasetError(
            say("data_bad_votes", "a count of votes is not a number from 0 up: {text!r}", text=str(text))
        )
    return count


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DatasetError(
            say(
                "data_outside",
                "{name} points outside the labelled data; name files relative to their folder",
                name=name,
            )
        )
    return path


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            mib = LARGEST_FILE_BYTES >> 20
            raise DatasetError(
                say("data_file_too_large", "{name} is larger than {mib} MiB", name=str(path), mib=mib)
            )
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(_unreadable(path, fault_of(error))) from None


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _ZIP_ERRORS as error:
        raise DatasetError(_unreadable(path, str(error))) from None


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > LARGEST_FILE_BYTES:
            raise DatasetError(
                say(
                    "data_member_too_large",
                    "{name} in {file} unpacks to more than {mib} MiB",
                    name=name,
                    file=str(archive.filename),
                    mib=LARGEST_FILE_BYTES >> 20,
                )
            )
        return archive.read(name)
    except KeyError:
        raise DatasetError(
            say(
                "data_no_member",
                "{file} has no file {name}, which its {index} names",
                file=str(archive.filename),
                name=name,
                index=INDEX,
            )
        ) from None
    except _ZIP_ERRORS as error:
        raise DatasetError(
            say(
                "data_member_unreadable",
                "cannot read {name} in {file}: {fault}",
                name=name,
                file=str(archive.filename),
                fault=str(error),
            )
        ) from None


def _unreadable(path: Path, fault: str | Sentence) -> Sentence:
    return say("data_unreadable", "cannot read {name}: {fault}", name=str(path), fault=fault)
