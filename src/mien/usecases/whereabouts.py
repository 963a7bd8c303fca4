"""Which of the library's files moved and which are gone, so that what listeners said of songs is not lost."""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from mien.domain import SongAnalysis
    from mien.sentences import Sentence
    from mien.store import FileStamp, KnownFile, Store


class Whereabouts:
    """The files that the library knows when a scan begins, and what becomes of them in it.

    A track whose file is there is never taken for another's: a copy is a song of its own.

    Args:
        store: the library.

    Attributes:
        moved: where files are now that were somewhere else.
        gone: files of tracks that were looked for and are not there.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = {file.path: file for file in store.files.known()}
        self._lost: dict[Path, bool] = {}
        self.moved: set[Path] = set()
        self.gone: set[Path] = set()

    def follow(self, stamps: Mapping[Path, FileStamp | None]) -> None:
        """Give back to their tracks the files that only moved: those that are new but look like one lost."""
        new: defaultdict[FileStamp, list[Path]] = defaultdict(list)
        for path, stamp in stamps.items():
            if stamp is not None and path not in self._known:
                new[stamp].append(path)
        lost: defaultdict[FileStamp, list[KnownFile]] = defaultdict(list)
        for file in self._known.values():
            # Only of those that look like a new file is it asked whether they are there.
            if file.stamp in new and self._is_lost(file.path):
                lost[file.stamp].append(file)
        self._move([pair for stamp, files in lost.items() for pair in _pairs(files, new[stamp])])

    def recognise(self, analysis: SongAnalysis) -> None:
        """Give a new file back to the track that it was, if one of those lost sounds the very same."""
        path = analysis.path
        if path in self._known:
            return
        lost = [file for file in self._of_duration.get(analysis.duration_s, ()) if self._is_missing(file)]
        if not lost:
            return
        same = set(self._store.files.sounding_like(analysis))
        # Hours may have passed since it was looked for.
        found = [file for file in lost if file.track_id in same and _is_lost(file.path)]
        found.sort(key=lambda file: file.path.name != path.name)
        self._move([(file, path) for file in found[:1]])

    def look_for(self, roots: Sequence[Path], found: Collection[Path]) -> list[tuple[Path, Sentence]]:
        """Mark the tracks below folders whose files are gone, and take the mark from those that are back.

        Args:
            roots: folders, absolute.
            found: all music that is below them now.

        Returns:
            Folders whose drive does not seem to be plugged in, and why; nothing is marked there.
        """
        here = set(found)
        unplugged = []
        for root in filter(_is_folder, roots):
            below = _below(root, self._known)
            missing = {path for path in below if path not in here and self._is_lost(path)}
            if missing and len(missing) == len(below) and not _below(root, here):
                unplugged.append((root, _all_gone(len(below))))
            else:
                self.gone |= missing
        self._mark(roots, here, [root for root, _ in unplugged])
        return unplugged

    def _mark(self, roots: Sequence[Path], here: set[Path], unplugged: Sequence[Path]) -> None:
        marked = set(self._store.files.gone())
        self._store.files.mark_gone(sorted(self.gone - marked))
        problems = {problem.path for problem in self._store.problems.all()} - self._known.keys()
        looked_at = {path for root in roots if _is_folder(root) for path in _below(root, marked | problems)}
        for root in unplugged:
            looked_at -= set(_below(root, looked_at))
        back = {path for path in marked & (looked_at | here) if not self._is_lost(path)}
        # A file that could never be read, and that somebody deleted, is nobody's trouble any more.
        deleted = {path for path in problems & looked_at if self._is_lost(path)}
        self._store.files.mark_back(sorted(back | deleted))

    @cached_property
    def _of_duration(self) -> Mapping[float, Sequence[KnownFile]]:
        found: defaultdict[float, list[KnownFile]] = defaultdict(list)
        for file in self._known.values():
            found[file.duration_s].append(file)
        return found

    def _is_missing(self, file: KnownFile) -> bool:
        return self._known.get(file.path) is file and self._is_lost(file.path)

    def _is_lost(self, path: Path) -> bool:
        if path not in self._lost:
            self._lost[path] = _is_lost(path)
        return self._lost[path]

    def _move(self, moves: Sequence[tuple[KnownFile, Path]]) -> None:
        if not moves:
            return
        self._store.files.move({file.track_id: path for file, path in moves})
        for file, path in moves:
            self._known[path] = self._known.pop(file.path)
            self.moved.add(path)
            self.gone.discard(file.path)


def _pairs(lost: Sequence[KnownFile], new: Sequence[Path]) -> list[tuple[KnownFile, Path]]:
    """Which of the files that look alike is which: there is but one, or its name says so."""
    if len(lost) == len(new) == 1:
        return [(lost[0], new[0])]
    before: defaultdict[str, list[KnownFile]] = defaultdict(list)
    now: defaultdict[str, list[Path]] = defaultdict(list)
    for file in lost:
        before[file.path.name].append(file)
    for path in new:
        now[path.name].append(path)
    return [
        (before[name][0], paths[0])
        for name, paths in now.items()
        if len(paths) == len(before.get(name, ())) == 1
    ]


def _below(root: Path, paths: Collection[Path]) -> list[Path]:
    beginning = str(root).rstrip(os.sep) + os.sep
    return [path for path in paths if str(path).startswith(beginning)]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_lost(path: Path) -> bool:
    """Whether a file is not there; one that may not be looked at could be."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _all_gone(songs: int) -> Sentence:
    return say(
        "folder_unplugged",
        "there is no music in it, but there was ({songs}): is its drive plugged in? It is all kept as it was",
        songs=songs,
    )
