"""Playlists that the listener keeps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from mien import store
from mien.domain import Listener
from mien.errors import NotFoundError
from mien.web.parts import Me, Parts, PartsOf
from mien.web.routes.tracks import shown
from mien.web.schemas import Asked, Given, Id, Name, Ok, PathId, Track

router = APIRouter(prefix="/playlists", tags=["playlists"])
_MOST = 50_000
Position = Annotated[int, Field(ge=0, le=_MOST)]
TrackIds = Annotated[list[Id], Field(max_length=_MOST)]


class PlaylistLine(Given):
    """A playlist, without its tracks."""

    id: int
    name: str
    tracks: int


class Playlist(Given):
    """A playlist with its tracks, in order."""

    id: int
    name: str
    tracks: list[Track]


class NewPlaylist(Asked):
    """A playlist to make."""

    name: Name
    track_ids: TrackIds = []


class PlaylistChange(Asked):
    """What to change of a playlist: its name, or its tracks as a whole (which reorders them, too)."""

    name: Name | None = None
    track_ids: TrackIds | None = None


class Added(Asked):
    """Tracks to add at the end."""

    track_ids: TrackIds


class Move(Asked):
    """A track to put elsewhere; positions count from 0."""

    position: Position
    to: Position


@router.get("")
def list_playlists(parts: PartsOf, me: Me) -> list[PlaylistLine]:
    """The listener's playlists, by name."""
    return [
        PlaylistLine(id=playlist.id, name=playlist.name, tracks=len(playlist.track_ids))
        for playlist in parts.store.playlists.all(me)
    ]


@router.post("", status_code=201)
def create_playlist(asked: NewPlaylist, parts: PartsOf, me: Me) -> Playlist:
    """Make a playlist."""
    return _shown(parts, me, parts.store.playlists.create(me, asked.name, asked.track_ids))


@router.get("/{playlist_id}")
def get_playlist(playlist_id: PathId, parts: PartsOf, me: Me) -> Playlist:
    """A playlist with its tracks."""
    return _shown(parts, me, _mine(parts, me, playlist_id))


@router.patch("/{playlist_id}")
def change_playlist(playlist_id: PathId, asked: PlaylistChange, parts: PartsOf, me: Me) -> Playlist:
    """Rename a playlist, or put other tracks or another order in it."""
    playlist = _mine(parts, me, playlist_id)
    if asked.name is not None:
        playlist = parts.store.playlists.rename(playlist, asked.name)
    if asked.track_ids is not None:
        playlist = parts.store.playlists.replace(playlist, asked.track_ids)
    return _shown(parts, me, playlist)


@router.delete("/{playlist_id}")
def delete_playlist(playlist_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Remove a playlist; its tracks stay in the library."""
    parts.store.playlists.delete(_mine(parts, me, playlist_id))
    return Ok()


@router.post("/{playlist_id}/tracks")
def add_to_playlist(playlist_id: PathId, asked: Added, parts: PartsOf, me: Me) -> Playlist:
    """Add tracks at the end."""
    return _shown(parts, me, parts.store.playlists.add(_mine(parts, me, playlist_id), asked.track_ids))


@router.delete("/{playlist_id}/tracks/{position}")
def remove_from_playlist(playlist_id: PathId, position: Position, parts: PartsOf, me: Me) -> Playlist:
    """Take out the track at a position, counted from 0."""
    return _shown(parts, me, parts.store.playlists.remove(_mine(parts, me, playlist_id), position))


@router.post("/{playlist_id}/moves")
def move_in_playlist(playlist_id: PathId, asked: Move, parts: PartsOf, me: Me) -> Playlist:
    """Put a track elsewhere in the list."""
    playlist = _mine(parts, me, playlist_id)
    return _shown(parts, me, parts.store.playlists.move(playlist, asked.position, asked.to))


def _mine(parts: Parts, me: Listener, playlist_id: int) -> store.Playlist:
    for playlist in parts.store.playlists.all(me):
        if playlist.id == playlist_id:
            return playlist
    raise NotFoundError(f"there is no playlist of the number {playlist_id}")


def _shown(parts: Parts, me: Listener, playlist: store.Playlist) -> Playlist:
    tracks = shown(parts, me, parts.store.browse.some(me, list(playlist.track_ids)))
    return Playlist(id=playlist.id, name=playlist.name, tracks=tracks)
