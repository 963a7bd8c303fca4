"""Tracks: lists, one with all that is known of it, its sound, and what the listener says of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from mien import domain
from mien.store import Order, Wanted
from mien.usecases.answers import Changed
from mien.web.files import answer_file
from mien.web.parts import COSTLY, Me, Parts, PartsOf
from mien.web.schemas import (
    LARGEST_ID,
    Asked,
    Audio,
    Given,
    Opinions,
    PathId,
    Segment,
    Tempo,
    Track,
    TrackDetail,
    clipped,
    moods_of,
    plane,
    track_values,
)
from mien.web.sounds import media_type_of, plays_in_browsers, transcoded

router = APIRouter(prefix="/tracks", tags=["tracks"])
_MOST = 500
Text = Annotated[str | None, Query(max_length=500)]
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/*": {}}},
    206: {"description": "The part that was asked for", "content": {"audio/*": {}}},
}


class TrackPage(Given):
    """Some tracks of a list."""

    total: int
    offset: int
    tracks: list[Track]


class NewLabel(Asked):
    """What the mood of a track is, says the listener."""

    mood: domain.Mood


class NewRating(Asked):
    """What the listener thinks of a track."""

    rating: domain.Rating


class NotNow(Asked):
    """For how long a track shall not come."""

    hours: Annotated[float, Field(gt=0, le=87_600)] = 24.0


class NewWish(Asked):
    """More that sounds like a track, or less."""

    wish: domain.Wish


class MovedTrack(Given):
    """A track whose mood moved by what the listener said of another."""

    track_id: int
    title: str
    was: domain.Mood
    now: domain.Mood


class Labelled(Given):
    """What a label changed."""

    track: Track
    """As it is now."""
    mood_before: domain.Mood
    label_before: domain.Mood | None
    """The listener's own label before, if there was one: put it back to undo, or delete the label."""
    moved: list[MovedTrack]
    """Other tracks that sound like it, whose mood moved with it; the first of them."""
    moved_count: int


@router.get("", dependencies=[COSTLY])
def list_tracks(
    parts: PartsOf,
    me: Me,
    q: Annotated[str | None, Query(max_length=200)] = None,
    mood: domain.Mood | None = None,
    artist: Text = None,
    album: Text = None,
    genre: Text = None,
    playlist: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    rating: domain.Rating | None = None,
    labelled: bool | None = None,
    sort: Order = Order.TITLE,
    descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> TrackPage:
    """Tracks of the library: searched as one types, filtered, sorted, a page at a time."""
    wanted = Wanted(q, mood, artist, album, genre, playlist, rating, labelled)
    total, tracks = parts.library.tracks(
        me, wanted, order=sort, descending=descending, offset=offset, limit=limit
    )
    return TrackPage(total=total, offset=offset, tracks=shown(parts, me, tracks))


@router.get("/{track_id}")
def get_track(track_id: PathId, parts: PartsOf, me: Me) -> TrackDetail:
    """A track with all that is known of it."""
    track = parts.store.tracks.get(track_id, me)
    analysis = parts.store.tracks.analysis(track_id)
    (values,) = shown(parts, me, [track])
    return TrackDetail(
        **values.model_dump(),
        moods=moods_of(track.mood.probabilities),
        quadrants={label: clipped(p) for label, p in analysis.mood.quadrants.probabilities.items()},
        network_mood=analysis.mood.moods.top,
        curve=[
            Segment(
                start_s=round(segment.start_s, 3),
                end_s=round(segment.end_s, 3),
                mood=segment.mood,
                confidence=clipped(segment.confidence),
                valence=plane(segment.valence),
                arousal=plane(segment.arousal),
            )
            for segment in analysis.curve
        ],
        audio=Audio(media_type=media_type_of(track.path), browsers_play_it=plays_in_browsers(track.path)),
        tempo_candidates=[Tempo.model_validate(tempo) for tempo in analysis.tempo_candidates],
        key_clarity=None if analysis.key_clarity is None else clipped(analysis.key_clarity),
        file=track.path.name.encode("utf-8", "replace").decode(),
    )


@router.head("/{track_id}/audio", include_in_schema=False)
@router.get("/{track_id}/audio", response_class=Response, responses=_SOUND)
def get_track_audio(
    track_id: PathId,
    request: Request,
    parts: PartsOf,
    _me: Me,
    as_: Annotated[str | None, Query(alias="as", pattern="^opus$")] = None,
    start_s: Annotated[float, Query(ge=0, le=1e6)] = 0.0,
) -> Response:
    """The original file, with ranges; or with ``as=opus`` what any browser plays, from ``start_s`` on."""
    path = parts.library.path(track_id)
    if as_ is not None:
        return transcoded(path, start_s, head=request.method == "HEAD")
    return answer_file(request, path, media_type_of(path))


@router.put("/{track_id}/label")
def label_track(track_id: PathId, asked: NewLabel, parts: PartsOf, me: Me) -> Labelled:
    """Correct the mood of a track, for this listener; tracks that sound like it learn from it."""
    before = parts.store.tracks.get(track_id, me).mood.top
    return _labelled(parts, me, before, parts.listening.label(me, track_id, asked.mood))


@router.delete("/{track_id}/label")
def unlabel_track(track_id: PathId, parts: PartsOf, me: Me) -> Labelled:
    """Take a label back, and what was learnt from it."""
    before = parts.store.tracks.get(track_id, me).mood.top
    return _labelled(parts, me, before, parts.listening.unlabel(me, track_id))


@router.put("/{track_id}/rating")
def rate_track(track_id: PathId, asked: NewRating, parts: PartsOf, me: Me) -> Track:
    """Say what one thinks of a track; a banned one is never recommended."""
    parts.listening.rate(me, track_id, asked.rating)
    return one_shown(parts, me, track_id)


@router.delete("/{track_id}/rating")
def unrate_track(track_id: PathId, parts: PartsOf, me: Me) -> Track:
    """Take a rating back."""
    parts.listening.unrate(me, track_id)
    return one_shown(parts, me, track_id)


@router.put("/{track_id}/not-now")
def put_off_track(track_id: PathId, parts: PartsOf, me: Me, asked: NotNow | None = None) -> Track:
    """Leave a track out for a while."""
    parts.listening.not_now(me, track_id, (asked or NotNow()).hours)
    return one_shown(parts, me, track_id)


@router.delete("/{track_id}/not-now")
def take_track_back(track_id: PathId, parts: PartsOf, me: Me) -> Track:
    """Take "not now" back."""
    parts.store.snoozes.wake(me, track_id)
    return one_shown(parts, me, track_id)


@router.put("/{track_id}/wish")
def wish_like_track(track_id: PathId, asked: NewWish, parts: PartsOf, me: Me) -> Track:
    """Play more that sounds like a track, or less: the next queue is made so, and taste learns from it."""
    parts.listening.wish(me, track_id, asked.wish)
    return one_shown(parts, me, track_id)


@router.delete("/{track_id}/wish")
def unwish_like_track(track_id: PathId, parts: PartsOf, me: Me) -> Track:
    """Take "more like this" or "less like this" back, and what was learnt from it."""
    parts.listening.unwish(me, track_id)
    return one_shown(parts, me, track_id)


def one_shown(parts: Parts, me: domain.Listener, track_id: int) -> Track:
    """A track as the API gives it.

    Raises:
        NotFoundError: there is none of that number.
    """
    return shown(parts, me, [parts.store.tracks.get(track_id, me)])[0]


def shown(parts: Parts, me: domain.Listener, tracks: list[domain.Track]) -> list[Track]:
    """Tracks as the API gives them, with what the listener thinks of each."""
    opinions = Opinions.of(parts.store, me)
    return [Track(**track_values(track, opinions)) for track in tracks]


def _labelled(parts: Parts, me: domain.Listener, before: domain.Mood, changed: Changed) -> Labelled:
    (now,) = shown(parts, me, [changed.track])
    parts.live.tell("label", {"track_id": now.id, "mood": str(now.mood)}, to=me)
    return Labelled(
        track=now,
        mood_before=before,
        label_before=changed.before,
        moved=[
            MovedTrack(track_id=moved.track.id, title=moved.track.title, was=moved.was, now=moved.now)
            for moved in changed.moved
        ],
        moved_count=changed.moved_count,
    )
