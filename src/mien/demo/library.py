"""The demo library on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mien.demo.encode import SUFFIX, encode, is_whole
from mien.demo.render import duration_s, render
from mien.demo.songs import SONGS
from mien.errors import InteropError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mien.demo.score import Song

_ALBUM = "Mien demo library"
_COMMENT = "Composed and rendered by Mien, a computer program; free to share (CC0 1.0)"


def compose_library(
    folder: Path,
    *,
    progress: Callable[[int, int, str], None] | None = None,
    songs: Sequence[Song] = SONGS,
) -> list[Path]:
    """Compose, render and write the demo library; songs that are there and whole are left as they are.

    Nothing else in the folder is touched. A run that is stopped goes on where it was when it is started
    again.

    Args:
        folder: where to; made where it is missing.
        progress: called as ``(done, total, title)`` before each song with its title, and at the end with an
            empty one.
        songs: which; all of them unless a test wants fewer.

    Returns:
        The files, in the songs' order.

    Raises:
        InteropError: the folder cannot be made or written to.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for done, song in enumerate(songs):
            if progress is not None:
                progress(done, len(songs), song.title)
            paths.append(_provide(song, folder))
    except OSError as error:
        raise InteropError(
            f"cannot write the demo library to {folder}: {error.strerror}; choose a folder you may write to"
        ) from None
    if progress is not None:
        progress(len(songs), len(songs), "")
    return paths


def tags_of(song: Song) -> dict[str, str]:
    """What the song's file says of itself; nothing of its mood, which is for the analysis to find."""
    return {
        "title": song.title,
        "artist": "Mien",
        "album": _ALBUM,
        "genre": "Instrumental",
        "date": "2026",
        "comment": _COMMENT,
        "copyright": "CC0 1.0",
    }


def _provide(song: Song, folder: Path) -> Path:
    path = folder / f"Mien - {song.title}{SUFFIX}"
    tags = tags_of(song)
    if is_whole(path, tags, duration_s(song)):
        return path
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(encode(render(song), tags))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
