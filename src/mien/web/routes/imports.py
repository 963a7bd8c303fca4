"""What the listener heard elsewhere: exports of other services, brought in and taken back."""

from __future__ import annotations

import re
import tempfile
import threading
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from mien import store
from mien.domain import Listener
from mien.errors import InteropError, ThrottledError, TooLargeError
from mien.sentences import say
from mien.usecases import own_export
from mien.web.parts import Me, Parts, PartsOf
from mien.web.problems import without_path
from mien.web.schemas import NAME_PATTERN, Given, Ok, PathId, Said, plain, said

router = APIRouter(prefix="/me/imports", tags=["imports"])
LARGEST_EXPORT_BYTES = 64 * 1024 * 1024
_LARGEST_UNPACKED_BYTES = 256 * 1024 * 1024
_MOST_MISSING = 500
_FILE_BODY = {"requestBody": {"content": {"application/octet-stream": {}}, "required": True}}
# An export takes some hundred megabytes while it is read: one at a time.
_READING = threading.Lock()


class ImportLine(Given):
    """An import that can be taken back."""

    id: int
    file: str
    source: str
    imported_at: datetime
    listens: int
    """How many of its listens are there."""


class MissingSong(Given):
    """A song of an export that the library has not."""

    artist: str
    title: str
    plays: int


class Restored(Given):
    """What else came of one's own export: how many of each were new here; what was said here stays."""

    ratings: int
    labels: int
    wishes: int
    not_now: int
    """Songs that are still not wanted."""
    playlists: list[str]
    """Names of those made."""
    preferences: list[str]
    """Names of the choices taken over."""
    left_out: list[str]
    """What could not be, in sentences."""
    left_out_said: list[Said]


class ImportReport(Given):
    """What came of an import."""

    source: str
    plays: int
    """How many listens the file holds."""
    matched: int
    """How many of them are of songs of the library."""
    done: ImportLine | None
    """What was remembered; null when all of it was known already."""
    left_out: int
    """Entries that say no song or no time."""
    missing: list[MissingSong]
    """Songs that the library has not, the most played first; five hundred at most."""
    missing_count: int
    """How many they are."""
    restored: Restored | None
    """What else was taken; null where it was no export of Mien."""


@router.get("")
def list_imports(parts: PartsOf, me: Me) -> list[ImportLine]:
    """What was brought in, the latest first."""
    return [_line(each) for each in parts.store.imports.all(me)]


@router.post("", status_code=201, openapi_extra=_FILE_BODY)
async def import_history(
    request: Request,
    parts: PartsOf,
    me: Me,
    file: Annotated[str, Query(min_length=1, max_length=200, pattern=NAME_PATTERN)],
) -> ImportReport:
    """Bring in an export of ListenBrainz (zip, JSON), Last.fm (JSON, CSV) or Mien, which is the body.

    Songs are found by MusicBrainz id, then by artist and title. Doing it again adds only what is new. An
    export of Mien brings ratings, labels, wishes, playlists and choices too.
    """
    content = await request.body()
    return await run_in_threadpool(_import, parts, me, file, content)


@router.delete("/{import_id}")
def undo_import(import_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Take back the listens of an import; says how many they were."""
    return Ok(done=parts.store.imports.undo(me, import_id))


def _import(parts: Parts, me: Listener, name: str, content: bytes) -> ImportReport:
    if not _READING.acquire(blocking=False):
        raise ThrottledError(
            say("import_busy", "another history is being brought in: try again in a minute"), 60.0
        )
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / safe_name(name)
            file.write_bytes(content)
            _check_unpacked_size(file)
            try:
                imported = parts.histories.take(me, file)
            except InteropError as error:  # its sentence names a file that the listener does not know
                raise InteropError(without_path(error, file)) from None
    finally:
        _READING.release()
    return ImportReport(
        source=imported.source,
        plays=imported.plays,
        matched=imported.matched,
        done=None if imported.done is None else _line(imported.done),
        left_out=imported.left_out,
        missing=[MissingSong.model_validate(song) for song in imported.missing[:_MOST_MISSING]],
        missing_count=len(imported.missing),
        restored=None if imported.restored is None else _restored(imported.restored),
    )


def _restored(restored: own_export.Restored) -> Restored:
    return Restored(
        ratings=restored.ratings,
        labels=restored.labels,
        wishes=restored.wishes,
        not_now=restored.not_now,
        playlists=list(restored.playlists),
        preferences=list(restored.preferences),
        left_out=[plain(sentence) for sentence in restored.left_out],
        left_out_said=[said(sentence) for sentence in restored.left_out],
    )


def safe_name(name: str) -> str:
    """A file's name of letters, digits and a few marks, whatever a client calls it."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "_", last).strip(". ")
    return plain[-100:] or "export"


def _check_unpacked_size(file: Path) -> None:
    if not zipfile.is_zipfile(file):
        return
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise InteropError(
            say("zip_damaged", "{file} is a damaged or encrypted zip: export it again", file="the file")
        ) from None
    if size > _LARGEST_UNPACKED_BYTES:
        raise TooLargeError(
            say(
                "unpacked_too_large",
                "unpacked this is larger than {mib} MiB: use mien import",
                mib=_LARGEST_UNPACKED_BYTES >> 20,
            )
        )


def _line(done: store.Import) -> ImportLine:
    return ImportLine.model_validate(done)
