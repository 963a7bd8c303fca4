"""What goes with a track: its cover, its words and the outline of its sound."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from mien.errors import NotFoundError
from mien.sentences import say
from mien.web.files import answer_bytes
from mien.web.parts import COSTLY, Me, PartsOf
from mien.web.schemas import Given, PathId

router = APIRouter(prefix="/tracks/{track_id}", tags=["tracks"])
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {}}},
    204: {"description": "It has none, and was asked for quietly"},
}


class CoverSide(IntEnum):
    """How wide and high a cover is at most, in pixels."""

    SMALL = 96
    MIDDLE = 256
    LARGE = 640


class LyricsLine(Given):
    """A line of the words; ``start_s`` is null where no times are known."""

    start_s: float | None
    text: str


class Lyrics(Given):
    """The words of a song."""

    timed: bool
    lines: list[LyricsLine]


class Outline(Given):
    """The outline of a song's sound: a peak for each of so many equal stretches, 0 to 255 (full scale)."""

    peaks: list[int]


@router.get("/cover", response_class=Response, responses=_PICTURE)
def get_track_cover(
    track_id: PathId,
    request: Request,
    parts: PartsOf,
    me: Me,
    side: CoverSide = CoverSide.MIDDLE,
    quiet: bool = False,
) -> Response:
    """The cover, as WebP: the picture in the file, or the one in its folder.

    Where a track has none, the answer is 404, or with ``quiet`` 204: browsers report each 404 as an error.
    """
    path = parts.store.tracks.get(track_id, me).path
    cover = parts.sleeves.cover(path, side)
    if cover is None:
        if quiet:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        raise NotFoundError(say("no_cover", "this track has no cover"))
    tag = hashlib.blake2b(cover, digest_size=12).hexdigest()
    return answer_bytes(request, cover, "image/webp", tag, "private, max-age=86400")


@router.get("/lyrics")
def get_track_lyrics(track_id: PathId, parts: PartsOf, me: Me) -> Lyrics:
    """The words; no lines where none are known."""
    found = parts.sleeves.lyrics(parts.store.tracks.get(track_id, me).path)
    lines = [LyricsLine(start_s=line.start_s, text=line.text) for line in found.lines] if found else []
    return Lyrics(timed=bool(found and found.timed), lines=lines)


@router.get("/outline", dependencies=[COSTLY])
def get_track_outline(track_id: PathId, parts: PartsOf, me: Me) -> Outline:
    """The outline of the sound, to draw it; the first time it takes some seconds."""
    return Outline(peaks=list(parts.sleeves.outline(parts.store.tracks.get(track_id, me).path)))
