"""Playlists that the listener keeps."""

from __future__ import annotations

import tempfile
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mien import store
from mien.domain import Listener
from mien.errors import InteropError
from mien.web.examples import RULES
from mien.web.parts import COSTLY, Me, Parts, PartsOf
from mien.web.problems import in_the_file, without_path
from mien.web.routes.tracks import shown
from mien.web.schemas import NAME_PATTERN, Asked, Given, Id, Name, Ok, PathId, Said, Track, plain, said

router = APIRouter(prefix="/playlists", tags=["playlists"])
_MOST = 50_000
_PREVIEW = 100
_MOST_LEFT_OUT = 1_000
_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "xspf": "application/xspf+xml",
    "jspf": "application/jspf+json",
}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in _TYPES.values()}}}
_FILE_BODY = {"requestBody": {"content": {"application/octet-stream": {}}, "required": True}}
Position = Annotated[int, Field(ge=0, le=_MOST)]
TrackIds = Annotated[list[Id], Field(max_length=_MOST)]


Rules = Annotated[dict[str, Any], Field(max_length=50)]


class PlaylistLine(Given):
    """A playlist, without its tracks."""

    id: int
    name: str
    tracks: int | None
    """How many there are; null for a smart one, whose rules choose them when it is looked at."""
    smart: bool
    expires_at: datetime | None
    """When a momentary playlist goes away by itself."""


class Playlist(Given):
    """A playlist with its tracks, in order."""

    id: int
    name: str
    tracks: list[Track]
    smart: bool
    rules: dict[str, Any] | None
    expires_at: datetime | None


class NewPlaylist(Asked):
    """A playlist to make: of tracks, or smart, by rules."""

    name: Name
    track_ids: TrackIds = []
    rules: Rules | None = None
    momentary: bool = False
    """Whether it goes away after a day."""

    @model_validator(mode="after")
    def _one_kind(self) -> NewPlaylist:
        if self.rules is not None and (self.track_ids or self.momentary):
            raise ValueError("a smart playlist takes no tracks, and stays")
        return self


class PlaylistChange(Asked):
    """What to change of a playlist: its name, its tracks as a whole (which reorders them, too), its rules."""

    name: Name | None = None
    track_ids: TrackIds | None = None
    rules: Rules | None = None
    keep: bool = False
    """Keep a momentary one."""


class Added(Asked):
    """Tracks to add at the end, or the tracks of another playlist that are not in it yet."""

    track_ids: TrackIds = []
    playlist_id: Id | None = None


class NewName(Asked):
    """A name."""

    name: Name


class Move(Asked):
    """A track to put elsewhere; positions count from 0."""

    position: Position
    to: Position


class Imported(Given):
    """What was taken of a playlist file."""

    playlist: Playlist
    left_out: list[str]
    """A sentence for each song that is not in the library."""
    left_out_said: list[Said]


class Undone(Given):
    """What was taken back, in words."""

    did: str


class FileKind(StrEnum):
    """A kind of playlist file."""

    M3U8 = "m3u8"
    XSPF = "xspf"
    JSPF = "jspf"


@router.get("")
def list_playlists(parts: PartsOf, me: Me) -> list[PlaylistLine]:
    """The listener's playlists, by name."""
    return [PlaylistLine(**_line(playlist)) for playlist in parts.store.playlists.all(me)]


@router.post("", status_code=201)
def create_playlist(asked: NewPlaylist, parts: PartsOf, me: Me) -> Playlist:
    """Make a playlist."""
    if asked.rules is not None:
        made = parts.shelf.create_smart(me, asked.name, asked.rules)
    elif asked.momentary:
        made = parts.shelf.create_momentary(me, asked.name, asked.track_ids)
    else:
        made = parts.store.playlists.create(me, asked.name, asked.track_ids)
    return _shown(parts, me, made)


@router.post("/undo")
def undo_playlist_change(parts: PartsOf, me: Me) -> Undone:
    """Take back the last change to any of the listener's playlists."""
    return Undone(did=parts.store.playlists.undo(me))


@router.post("/preview", dependencies=[COSTLY])
def preview_rules(asked: Annotated[Rules, Body(examples=[RULES])], parts: PartsOf, me: Me) -> list[Track]:
    """The tracks that rules choose now, the first hundred."""
    return shown(parts, me, parts.shelf.preview(me, asked)[:_PREVIEW])


@router.post("/import", status_code=201, openapi_extra=_FILE_BODY)
async def import_playlist(
    request: Request,
    parts: PartsOf,
    me: Me,
    name: Annotated[str, Query(min_length=1, max_length=200, pattern=NAME_PATTERN)],
    kind: FileKind,
) -> Imported:
    """Make a playlist of another player's file, which is the body; its songs are found by their paths."""
    content = await request.body()
    return await run_in_threadpool(_import, parts, me, name, kind, content)


@router.get("/{playlist_id}")
def get_playlist(playlist_id: PathId, parts: PartsOf, me: Me) -> Playlist:
    """A playlist with its tracks; a smart one's are chosen now."""
    return _shown(parts, me, parts.store.playlists.get(me, playlist_id))


@router.get("/{playlist_id}/file", response_class=Response, responses=_FILES)
def export_playlist(playlist_id: PathId, parts: PartsOf, me: Me, kind: FileKind = FileKind.M3U8) -> Response:
    """A playlist as a file for another player on the server's machine."""
    playlist = parts.store.playlists.get(me, playlist_id)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"playlist.{kind}"
        parts.shelf.save(me, playlist, file)
        content = file.read_bytes()
    named = {"Content-Disposition": f'attachment; filename="playlist.{kind}"'}
    return Response(content, headers=named, media_type=_TYPES[kind])


@router.patch("/{playlist_id}")
def change_playlist(playlist_id: PathId, asked: PlaylistChange, parts: PartsOf, me: Me) -> Playlist:
    """Rename a playlist, put other tracks or another order in it, give it other rules, or keep it."""
    playlist = parts.store.playlists.get(me, playlist_id)
    if asked.name is not None:
        playlist = parts.store.playlists.rename(playlist, asked.name)
    if asked.track_ids is not None:
        playlist = parts.store.playlists.replace(playlist, asked.track_ids)
    if asked.rules is not None:
        playlist = parts.shelf.change_rules(playlist, asked.rules)
    if asked.keep:
        playlist = parts.store.playlists.keep(playlist)
    return _shown(parts, me, playlist)


@router.delete("/{playlist_id}")
def delete_playlist(playlist_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Remove a playlist; its tracks stay in the library."""
    parts.store.playlists.delete(parts.store.playlists.get(me, playlist_id))
    return Ok()


@router.post("/{playlist_id}/tracks")
def add_to_playlist(playlist_id: PathId, asked: Added, parts: PartsOf, me: Me) -> Playlist:
    """Add tracks at the end."""
    playlist = parts.store.playlists.get(me, playlist_id)
    if asked.playlist_id is not None:
        playlist = parts.shelf.merge(me, playlist, parts.store.playlists.get(me, asked.playlist_id))
    if asked.track_ids:
        playlist = parts.store.playlists.add(playlist, asked.track_ids)
    return _shown(parts, me, playlist)


@router.delete("/{playlist_id}/tracks/{position}")
def remove_from_playlist(playlist_id: PathId, position: Position, parts: PartsOf, me: Me) -> Playlist:
    """Take out the track at a position, counted from 0."""
    playlist = parts.store.playlists.get(me, playlist_id)
    return _shown(parts, me, parts.store.playlists.remove(playlist, position))


@router.post("/{playlist_id}/moves")
def move_in_playlist(playlist_id: PathId, asked: Move, parts: PartsOf, me: Me) -> Playlist:
    """Put a track elsewhere in the list."""
    playlist = parts.store.playlists.get(me, playlist_id)
    return _shown(parts, me, parts.store.playlists.move(playlist, asked.position, asked.to))


@router.post("/{playlist_id}/copies", status_code=201)
def copy_playlist(playlist_id: PathId, asked: NewName, parts: PartsOf, me: Me) -> Playlist:
    """A plain playlist with the tracks that are in another now; of a smart one too."""
    playlist = parts.store.playlists.get(me, playlist_id)
    return _shown(parts, me, parts.shelf.copy(me, playlist, asked.name))


def _import(parts: Parts, me: Listener, name: str, kind: FileKind, content: bytes) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"playlist.{kind}"
        file.write_bytes(content)
        try:
            taken = parts.shelf.take(me, file, name)
        except InteropError as error:  # its sentence names a file that the listener does not know
            raise InteropError(without_path(error, file)) from None
    left_out = [in_the_file(sentence) for sentence in taken.left_out[:_MOST_LEFT_OUT]]
    return Imported(
        playlist=_shown(parts, me, taken.playlist),
        left_out=[plain(sentence) for sentence in left_out],
        left_out_said=[said(sentence) for sentence in left_out],
    )


def _line(playlist: store.Playlist) -> dict[str, Any]:
    smart = playlist.rules is not None
    return {
        "id": playlist.id,
        "name": playlist.name,
        "tracks": None if smart else len(playlist.track_ids),
        "smart": smart,
        "expires_at": playlist.expires_at,
    }


def _shown(parts: Parts, me: Listener, playlist: store.Playlist) -> Playlist:
    tracks = shown(parts, me, parts.shelf.tracks(me, playlist)[:_MOST])
    rules = None if playlist.rules is None else dict(playlist.rules)
    return Playlist(**{**_line(playlist), "tracks": tracks}, rules=rules)
