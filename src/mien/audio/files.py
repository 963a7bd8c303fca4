"""Which files are music: finding them in folders, and refusing what is not a plain file."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from mien.errors import DecodingError
from mien.sentences import Sentence, fault_of, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

# fmt: off
AUDIO_SUFFIXES = frozenset((
    ".aac", ".aif", ".aifc", ".aiff", ".ape", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mpc",
    ".oga", ".ogg", ".opus", ".tta", ".wav", ".wave", ".weba", ".wma", ".wv",
))
# fmt: on


def shown_name(path: Path) -> str:
    """A file's name as one line of text that is safe to print; escaped where it is not."""
    return path.name if path.name.isprintable() else ascii(path.name)


def require_regular_file(path: Path) -> None:
    """Refuse anything but a plain file with something in it; links are followed first.

    Raises:
        DecodingError: it is missing, unreadable, empty, a folder, a device, a pipe or a socket.
    """
    name = shown_name(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise DecodingError(
            say("song_not_opened", "{file} cannot be opened: {fault}", file=name, fault=_fault(error))
        ) from None
    if stat.S_ISDIR(status.st_mode):
        raise DecodingError(say("song_is_folder", "{file} is a folder, not an audio file", file=name))
    if not stat.S_ISREG(status.st_mode):
        raise DecodingError(
            say("song_is_device", "{file} is a device, pipe or socket, not an audio file", file=name)
        )
    if status.st_size == 0:
        raise DecodingError(
            say("song_empty", "{file} is empty (0 bytes); copy it again from where it came", file=name)
        )


def _fault(error: OSError | ValueError) -> Sentence:
    if isinstance(error, OSError):
        return fault_of(error)
    return say("no_file_name", "no file can have this name")


def _ignore(_path: Path, _problem: Sentence) -> None:
    pass


def find_audio_files(
    paths: Iterable[Path], *, on_problem: Callable[[Path, Sentence], None] = _ignore
) -> Iterator[Path]:
    """Find music files, each once: in the order of ``paths``; by name in a folder, before the folders in it.

    A file that is named itself is taken whatever its ending. In folders, and in folders within them, files
    with one of ``AUDIO_SUFFIXES`` are taken; hidden files and folders (a leading dot) are passed over. Links
    to folders are followed, but no folder is entered twice, so that a loop of links ends.

    Args:
        paths: files and folders.
        on_problem: told of each path that is missing or cannot be listed, and why.
    """
    entered: set[tuple[int, int]] = set()
    found: set[Path] = set()
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            on_problem(path, say("not_opened", "cannot be opened: {fault}", fault=_fault(error)))
            continue
        for file in _walk(path, entered, on_problem) if is_folder else (path,):
            if file not in found:
                found.add(file)
                yield file


def _walk(
    top: Path, entered: set[tuple[int, int]], on_problem: Callable[[Path, Sentence], None]
) -> Iterator[Path]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            files, folders = _listing(folder)
        except OSError as error:
            fault = fault_of(error)
            on_problem(folder, say("folder_unreadable", "the folder cannot be listed: {fault}", fault=fault))
            continue
        yield from (file for file in files if file.suffix.lower() in AUDIO_SUFFIXES)
        waiting.extend(reversed(folders))


def _listing(folder: Path) -> tuple[list[Path], list[Path]]:
    """What is in a folder and not hidden, as files and folders, each by name."""
    files: list[Path] = []
    folders: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not entry.name.startswith("."):
                (folders if _is_folder(entry) else files).append(folder / entry.name)
    return files, folders


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself; whoever opens it as a file will say so
        return False
