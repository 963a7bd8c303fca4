"""What goes with a song as with a record: its cover, its words, and the outline of its sound."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import warnings
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from mien.audio.files import require_regular_file
from mien.audio.peaks import outliner
from mien.audio.tags import TagReader
from mien.audio.workers import map_files
from mien.errors import DecodingError, ImageError
from mien.interop.lyrics import Lyrics, parse_lyrics
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OUTLINE_POINTS = 1_000
_FRONTS = ("cover", "folder", "front", "albumart")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_LARGEST_PIXELS = 40_000_000
_LARGEST_PICTURE_BYTES = 16 * 1024 * 1024
_LARGEST_LYRICS_BYTES = 256 * 1024
_OUTLINE_TIMEOUT_S = 120.0
_MOST_KEPT = 20_000


class Sleeves:
    """Covers, words and outlines; what takes time to make is kept on the disk.

    Args:
        folder: where to keep it; it may be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._kept = _Kept(folder)
        self._reader = TagReader()
        self._reading = threading.Lock()
        self._outlining = threading.BoundedSemaphore(2)

    def close(self) -> None:
        """End the process that reads tags."""
        with self._reading:
            self._reader.close()

    def cover(self, song: Path, side_px: int) -> bytes | None:
        """A song's cover as WebP, at most ``side_px`` wide and high; None where there is none.

        The picture in the file counts, else one beside it that is named as covers are.

        Raises:
            DecodingError: the file cannot be read.
        """
        return self._kept.get(("cover", song, side_px), lambda: self._make_cover(song, side_px)) or None

    def lyrics(self, song: Path) -> Lyrics | None:
        """A song's words, from an ``.lrc`` or ``.txt`` file beside it or from the file itself; else None.

        Raises:
            DecodingError: the file cannot be read.
        """
        for suffix in (".lrc", ".txt"):
            found = _text(song.with_suffix(suffix))
            if found:
                return parse_lyrics(found)
        with self._reading:
            embedded = self._reader.lyrics(song)
        return parse_lyrics(embedded) if embedded else None

    def outline(self, song: Path) -> bytes:
        """The outline of a song's sound, a byte for each of ``OUTLINE_POINTS`` stretches; 255 is full scale.

        Raises:
            DecodingError: it cannot be decoded.
        """
        return self._kept.get(("outline", song, OUTLINE_POINTS), lambda: self._make_outline(song))

    def _make_cover(self, song: Path, side_px: int) -> bytes:
        with self._reading:
            embedded = self._reader.picture(song)
        for content in (embedded, *_beside(song)):
            if content:
                with suppress(ImageError):  # a picture that is no picture is as good as none
                    return thumbnail(content, side_px)
        return b""

    def _make_outline(self, song: Path) -> bytes:
        make = partial(outliner, OUTLINE_POINTS)
        with self._outlining:  # in a process of its own: the file may be hostile
            (result,) = map_files(make, [song], workers=1, timeout_s=_OUTLINE_TIMEOUT_S)
        if result.value is None:
            raise DecodingError(result.error or say("song_undecodable", "the song cannot be decoded"))
        return result.value


def thumbnail(content: bytes, side_px: int) -> bytes:
    """A picture as WebP, at most ``side_px`` wide and high; its size is checked before it is decoded.

    Raises:
        ImageError: it is no picture, is damaged, or has more than 40 megapixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; the size is checked here
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                _check_size(*image.size)
                image.draft("RGB", (side_px * 2, side_px * 2))
                upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        upright.save(out, "WEBP", quality=82, method=4)
    except ImageError:
        raise
    except Image.DecompressionBombError:  # Pillow's own limit, which is higher
        raise ImageError(
            say("cover_too_large", "the picture is too large: more than 40 megapixels")
        ) from None
    except Exception as error:  # noqa: BLE001  (decoders of hostile files raise anything)
        raise ImageError(
            say("cover_damaged", "the picture is damaged or no picture ({fault})", fault=type(error).__name__)
        ) from None
    return out.getvalue()


def _check_size(width: int, height: int) -> None:
    if width * height > _LARGEST_PIXELS:
        raise ImageError(
            say("cover_huge", "the picture is too large: {width}x{height} pixels", width=width, height=height)
        )


class _Kept:
    """Bytes that were made of a file, until the file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count: int | None = None

    def get(self, key: tuple[str, Path, int], make: Callable[[], bytes]) -> bytes:
        what, song, size = key
        file = self._folder / what / self._name(song, size)
        with suppress(OSError):
            return file.read_bytes()
        made = make()
        with suppress(OSError):  # a full disk costs the keeping, not the answer
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
            draft.write_bytes(made)
            draft.replace(file)
            self._sweep(file.parent)
        return made

    @staticmethod
    def _name(song: Path, size: int) -> str:
        require_regular_file(song)
        status = song.stat()
        stamp = f"\0{status.st_mtime_ns}\0{status.st_size}\0{size}".encode()
        return hashlib.blake2b(os.fsencode(song) + stamp, digest_size=16).hexdigest()

    def _sweep(self, folder: Path) -> None:
        """Now and then, delete the oldest half where there is too much."""
        self._count = (self._count or 0) + 1
        if self._count % 500:
            return
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
        if len(files) > _MOST_KEPT:
            for file in files[: len(files) // 2]:
                file.unlink(missing_ok=True)


def _beside(song: Path) -> Iterator[bytes]:
    """Pictures in a song's folder that are named as covers are."""
    try:
        names = {name.lower(): name for name in os.listdir(song.parent)}  # noqa: PTH208  (only the names)
    except OSError:
        return
    for front in _FRONTS:
        for suffix in _PICTURES:
            name = names.get(front + suffix)
            if name is not None:
                with suppress(OSError, DecodingError):
                    yield _small(song.parent / name, _LARGEST_PICTURE_BYTES)


def _text(file: Path) -> str | None:
    try:
        content = _small(file, _LARGEST_LYRICS_BYTES)
    except (OSError, DecodingError):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _small(file: Path, largest_bytes: int) -> bytes:
    """A plain file's content; nothing where it is too large to be what it should be."""
    require_regular_file(file)
    with file.open("rb") as stream:
        content = stream.read(largest_bytes + 1)
    return content if len(content) <= largest_bytes else b""
