"""The library: what is in it, the map, and for admins its folders, scans and problems."""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from mien import domain
from mien.store import Folder
from mien.store.browse import Spot
from mien.web.files import answer_bytes, not_modified
from mien.web.parts import COSTLY, Admin, Me, PartsOf
from mien.web.roots import Listing, Place
from mien.web.scanning import ScanState, ScanStatus
from mien.web.schemas import Asked, Given, Ok, PathId, Said, said

router = APIRouter(prefix="/library", tags=["library"])
_MAP_MARK = 0x314D4E4D  # "MNM1", little-endian
_PLANE_SCALE = 32_767


class Library(Given):
    """How much music there is."""

    tracks: int
    duration_s: float
    moods: dict[domain.Mood, int]
    problems: int


class Group(Given):
    """An artist or a genre."""

    name: str
    tracks: int
    duration_s: float


class Album(Given):
    """An album; ``artists`` says how many there are on it."""

    name: str
    artist: str
    artists: int
    year: int | None
    tracks: int
    duration_s: float
    first_track_id: int
    """Whose cover is the album's."""


class FileProblem(Given):
    """A file that could not be read."""

    path: str
    reason: str
    """Why, in English."""
    reason_said: Said | None
    """The same for a page of another language; null where an older Mien wrote it."""
    failed_at: datetime


class FolderGiven(Given):
    """A folder that music is read from."""

    id: int
    path: str


class PlaceGiven(Given):
    """A folder that may be picked."""

    id: str
    name: str
    songs: int | None


class ListingGiven(Given):
    """What is in a folder."""

    here: PlaceGiven | None
    parent: str | None
    places: list[PlaceGiven]


class Picked(Asked):
    """A folder, by the number that the browser of folders gave it."""

    place_id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]


class Scan(Given):
    """How far a scan is."""

    state: ScanState
    done: int
    total: int
    failed: int
    unchanged: int
    current: str
    rate_per_s: float
    left_s: float | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    """Why it failed as a whole, or what of the folders it could not look at, in English."""
    error_said: Said | None
    """The same for a page of another language."""


@router.get("")
def get_library(parts: PartsOf, me: Me) -> Library:
    """How much music there is, and of which moods."""
    tracks, duration_s = parts.library.size(me)
    moods = parts.library.moods(me)
    return Library(
        tracks=tracks, duration_s=duration_s, moods=moods, problems=len(parts.store.problems.all())
    )


@router.get("/artists", dependencies=[COSTLY])
def list_artists(parts: PartsOf, me: Me) -> list[Group]:
    """Every artist, by name."""
    counts = parts.library.once(me, "artists", parts.store.browse.artists)
    return [Group(**count._asdict()) for count in counts]


@router.get("/genres", dependencies=[COSTLY])
def list_genres(parts: PartsOf, me: Me) -> list[Group]:
    """Every genre, by name."""
    counts = parts.library.once(me, "genres", parts.store.browse.genres)
    return [Group(**count._asdict()) for count in counts]


@router.get("/albums", dependencies=[COSTLY])
def list_albums(parts: PartsOf, me: Me) -> list[Album]:
    """Every album, by name."""
    albums = parts.library.once(me, "albums", parts.store.browse.albums)
    return [Album(**album._asdict()) for album in albums]


@router.get(
    "/map",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
    dependencies=[COSTLY],
)
def get_map(request: Request, parts: PartsOf, me: Me) -> Response:
    """Where every track lies, as columns of little-endian numbers.

    ``uint32`` mark 0x314D4E4D, ``uint32`` count n, then n ``uint32`` track numbers, n ``int16`` valences
    and n ``int16`` arousals (32767 stands for 1), and n ``uint8`` moods in the order happy, energetic,
    angry, tense, sad, tender, calm.
    """
    tag = f"map-{me.id}-{parts.store.browse.version(me)}".replace(" ", "_")
    if not_modified(request, tag):
        return answer_bytes(request, b"", "application/octet-stream", tag)
    content = parts.library.once(me, "map", lambda: _map(parts.store.browse.map(me)))
    return answer_bytes(request, content, "application/octet-stream", tag)


@router.get("/problems")
def list_problems(parts: PartsOf, _admin: Admin) -> list[FileProblem]:
    """Files that could not be read, and why."""
    return [
        FileProblem(
            path=_shown(problem.path),
            reason=problem.reason,
            reason_said=None if problem.said is None else said(problem.said),
            failed_at=problem.failed_at,
        )
        for problem in parts.store.problems.all()
    ]


@router.get("/folders")
def list_folders(parts: PartsOf, _admin: Admin) -> list[FolderGiven]:
    """The folders that music is read from."""
    return [_folder(folder) for folder in parts.store.folders.all()]


@router.post("/folders", status_code=201)
def add_folder(asked: Picked, parts: PartsOf, _admin: Admin) -> FolderGiven:
    """Read music from a folder too; a scan finds what is in it."""
    return _folder(parts.store.folders.add(parts.roots.path(asked.place_id)))


@router.delete("/folders/{folder_id}")
def remove_folder(folder_id: PathId, parts: PartsOf, _admin: Admin) -> Ok:
    """Read a folder no more; its tracks stay."""
    parts.store.folders.remove(folder_id)
    return Ok()


@router.get("/places")
def list_places(
    parts: PartsOf,
    _admin: Admin,
    id: Annotated[str | None, Query(pattern=r"^[0-9a-f]{24}$")] = None,  # noqa: A002
) -> ListingGiven:
    """The folders in a folder, or the roots that the settings allow."""
    listing: Listing = parts.roots.list(id)
    return ListingGiven(
        here=_place(listing.here) if listing.here else None,
        parent=listing.parent,
        places=[_place(place) for place in listing.places],
    )


@router.get("/scan")
def get_scan(parts: PartsOf, _admin: Admin) -> Scan:
    """How far the scan is."""
    return _scan(parts.scanning.status)


@router.post("/scan", status_code=202)
def start_scan(parts: PartsOf, _admin: Admin) -> Scan:
    """Look for new and changed music in all folders, and analyse it; the event ``scan`` tells how it goes."""
    return _scan(parts.scanning.start([folder.path for folder in parts.store.folders.all()]))


@router.delete("/scan")
def stop_scan(parts: PartsOf, _admin: Admin) -> Scan:
    """Stop the scan; what is analysed stays."""
    return _scan(parts.scanning.stop())


def _map(spots: list[Spot]) -> bytes:
    moods = {mood: number for number, mood in enumerate(domain.Mood)}
    columns = (
        np.array([spot.track_id for spot in spots], "<u4"),
        np.array([spot.valence * _PLANE_SCALE for spot in spots]).round().astype("<i2"),
        np.array([spot.arousal * _PLANE_SCALE for spot in spots]).round().astype("<i2"),
        np.array([moods[spot.mood] for spot in spots], "u1"),
    )
    return struct.pack("<II", _MAP_MARK, len(spots)) + b"".join(column.tobytes() for column in columns)


def _scan(status: ScanStatus) -> Scan:
    return Scan.model_validate(status.as_event())


def _place(place: Place) -> PlaceGiven:
    return PlaceGiven(id=place.id, name=place.name, songs=place.songs)


def _folder(folder: Folder) -> FolderGiven:
    return FolderGiven(id=folder.id, path=_shown(folder.path))


def _shown(path: Any) -> str:  # noqa: ANN401  (a path)
    return str(path).encode("utf-8", "replace").decode()
