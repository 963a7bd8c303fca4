"""A browser of folders for an admin who adds music: by numbers, never by paths from the page."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mien.audio.files import AUDIO_SUFFIXES
from mien.errors import NotFoundError, RequestError
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_KNOWN = 50_000
_MOST_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that may be picked.

    Attributes:
        id: stands for it until the server stops.
        name: to show; of a root its whole path.
        path: absolute.
        songs: how many music files lie directly in it; None where it was not looked at.
    """

    id: str
    name: str
    path: Path
    songs: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a folder.

    Attributes:
        here: the folder; None for the list of the roots.
        parent: of the folder that it is in, where that may be looked at.
        places: the folders in it, by name.
    """

    here: Place | None
    parent: str | None
    places: tuple[Place, ...]


class Roots:
    """Lists folders below the roots that the settings allow; links that lead out of them are left out.

    Args:
        roots: absolute.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(Path(os.path.realpath(root)) for root in roots)
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Path] = OrderedDict()

    def path(self, place_id: str) -> Path:
        """The folder that a number stands for.

        Raises:
            NotFoundError: it stands for none, or not any more.
        """
        with self._lock:
            path = self._known.get(place_id)
        if path is None or not self._allows(path):
            raise NotFoundError(
                say("folder_unknown", "that folder is not known (any more): begin again at the roots")
            )
        return path

    def list(self, place_id: str | None) -> Listing:
        """The folders in a folder, or the roots.

        Raises:
            NotFoundError: the number stands for no folder.
            RequestError: the folder cannot be listed.
        """
        if place_id is None:
            return Listing(
                None, None, tuple(self._place(root, str(root)) for root in self._roots if root.is_dir())
            )
        here = self.path(place_id)
        folders, songs = _look(here)
        parent = here.parent if here not in self._roots else None
        return Listing(
            Place(place_id, _shown(here.name) or str(here), here, songs),
            self._place(parent, "").id if parent else None,
            tuple(self._place(folder, folder.name) for folder in folders if self._allows(folder)),
        )

    def _place(self, path: Path, name: str) -> Place:
        number = hashlib.blake2b(os.fsencode(path), key=self._secret, digest_size=12).hexdigest()
        with self._lock:
            self._known[number] = path
            self._known.move_to_end(number)
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return Place(number, _shown(name), path)

    def _allows(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(root) for root in self._roots)


def _look(folder: Path) -> tuple[list[Path], int]:
    """The folders in a folder, and how many of its files are music."""
    folders, songs = [], 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(folder / entry.name)
                elif os.path.splitext(entry.name)[1].lower() in AUDIO_SUFFIXES:  # noqa: PTH122  (of many, and quick)
                    songs += 1
    except OSError as error:
        raise RequestError(
            say("folder_unreadable", "the folder cannot be listed: {fault}", fault=str(error.strerror))
        ) from None
    return sorted(folders)[:_MOST_LISTED], songs


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
