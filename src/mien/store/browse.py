"""Looking through the library: page by page, by artist, album, genre and mood, and as a map."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, exists, func, select

from mien.domain import Mood
from mien.store.schema import labels, moods, playlist_items, playlists, problems, ratings, tracks
from mien.store.search import searchable
from mien.store.tracks import of_listener, track_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from mien.domain import Listener, Rating, Track
    from mien.store.database import Database


class Order(StrEnum):
    """What a list of tracks may be sorted by."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    ADDED = "added"
    DURATION = "duration"
    TEMPO = "tempo"
    YEAR = "year"
    VALENCE = "valence"
    AROUSAL = "arousal"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tracks to list; None stands for any.

    Attributes:
        words: begin or lie within words of the title, artist, album or file name, without case and accents.
        mood: of the track as the listener sees it.
        artist: exactly.
        album: exactly.
        genre: exactly.
        playlist_id: of a playlist of the listener's.
        rating: what the listener thinks of it.
        labelled: whether the listener labelled its mood.
    """

    words: str | None = None
    mood: Mood | None = None
    artist: str | None = None
    album: str | None = None
    genre: str | None = None
    playlist_id: int | None = None
    rating: Rating | None = None
    labelled: bool | None = None


class Count(NamedTuple):
    """How many tracks there are of something, and how long they are together."""

    name: str
    tracks: int
    duration_s: float


class Album(NamedTuple):
    """An album: its tracks of one artist, or of several where ``artists`` is above 1."""

    name: str
    artist: str
    artists: int
    year: int | None
    tracks: int
    duration_s: float
    first_track_id: int


class Spot(NamedTuple):
    """Where a track lies on the map."""

    track_id: int
    valence: float
    arousal: float
    mood: Mood


class Browse:
    """Looking through the library as one listener sees it; files that could not be read are left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tracks(
        self,
        listener: Listener,
        wanted: Wanted,
        *,
        order: Order = Order.TITLE,
        descending: bool = False,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[int, list[Track]]:
        """How many tracks there are of those that are wanted, and ``limit`` of them from ``offset`` on."""
        page = _numbers(listener, wanted, order, descending=descending).offset(offset).limit(limit)
        counting = _only(func.count(tracks.c.id), listener, wanted).where(_criterion(listener, wanted))
        with self._database.reading() as connection:
            total = connection.scalar(counting)
            # Numbers first: a deep page then sorts narrow rows, and reads few wide ones.
            return int(total or 0), _some(connection, listener, list(connection.scalars(page)))

    def ids(
        self, listener: Listener, wanted: Wanted, *, order: Order = Order.TITLE, descending: bool = False
    ) -> list[int]:
        """The numbers of all tracks that are wanted, in order; ``some`` gives the tracks of a page."""
        with self._database.reading() as connection:
            return list(connection.scalars(_numbers(listener, wanted, order, descending=descending)))

    def is_empty(self) -> bool:
        """Whether there is no track at all."""
        with self._database.reading() as connection:
            return connection.execute(select(tracks.c.id).limit(1)).first() is None

    def some(self, listener: Listener, track_ids: list[int]) -> list[Track]:
        """The tracks of these numbers, in this order; those that are not there are left out."""
        with self._database.reading() as connection:
            return _some(connection, listener, track_ids)

    def artists(self) -> list[Count]:
        """Every artist, by name."""
        return self._counts(tracks.c.artist)

    def genres(self) -> list[Count]:
        """Every genre, by name."""
        return self._counts(tracks.c.genre)

    def albums(self) -> list[Album]:
        """Every album, by name. Tracks of an album's name count as one album whatever their artist is."""
        query = (
            select(
                tracks.c.album,
                func.min(tracks.c.artist),
                func.count(tracks.c.artist.distinct()),
                func.max(tracks.c.year),
                func.count(),
                func.sum(tracks.c.duration_s),
                func.min(tracks.c.id),
            )
            .where(tracks.c.album != "", ~_BROKEN)
            .group_by(tracks.c.album)
            .order_by(func.lower(tracks.c.album))
        )
        with self._database.reading() as connection:
            return [Album(*row) for row in connection.execute(query)]

    def moods(self, listener: Listener) -> dict[Mood, int]:
        """How many tracks of each mood there are."""
        counts = dict.fromkeys(Mood, 0)
        query = _joined(select(_MOOD, func.count()), listener).where(~_BROKEN).group_by(_MOOD)
        with self._database.reading() as connection:
            return counts | {Mood(mood): count for mood, count in connection.execute(query)}

    def map(self, listener: Listener) -> list[Spot]:
        """Where every track lies, by number."""
        columns = select(tracks.c.id, moods.c.valence, moods.c.arousal, _MOOD)
        query = _joined(columns, listener).where(~_BROKEN).order_by(tracks.c.id)
        by_name = {str(mood): mood for mood in Mood}
        with self._database.reading() as connection:
            return [Spot(track, v, a, by_name[mood]) for track, v, a, mood in connection.execute(query)]

    def version(self, listener: Listener) -> str:
        """Changes when the library, or what the listener said of it, does."""
        queries = (
            select(func.count(), func.max(tracks.c.analysed_at)).select_from(tracks),
            select(func.count(), func.max(problems.c.failed_at)).select_from(problems),
            _changed(labels, labels.c.labelled_at, listener),
            _changed(ratings, ratings.c.rated_at, listener),
        )
        with self._database.reading() as connection:
            return "-".join(
                f"{count}.{last}" for query in queries for count, last in connection.execute(query)
            )

    def size(self) -> tuple[int, float]:
        """How many tracks can be played, and how long they are together in seconds."""
        query = select(func.count(), func.sum(tracks.c.duration_s)).where(~_BROKEN)
        with self._database.reading() as connection:
            count, duration_s = connection.execute(query).one()
        return int(count), float(duration_s or 0.0)

    def _counts(self, column: ColumnElement[str]) -> list[Count]:
        query = (
            select(column, func.count(), func.sum(tracks.c.duration_s))
            .where(column != "", ~_BROKEN)
            .group_by(column)
            .order_by(func.lower(column))
        )
        with self._database.reading() as connection:
            return [Count(*row) for row in connection.execute(query)]


_BROKEN = exists().where(problems.c.path == tracks.c.path)
# What the listener said, else the most probable mood; of equals the first, as ``Estimate.top`` has it.
_MOOD: ColumnElement[Any] = func.coalesce(
    labels.c.mood,
    case(
        *(
            (and_(*(moods.c[f"p_{mood}"] >= moods.c[f"p_{other}"] for other in Mood)), str(mood))
            for mood in Mood
        ),
        else_=str(Mood.CALM),
    ),
)
_TITLE = func.lower(func.coalesce(func.nullif(tracks.c.title, ""), tracks.c.words))
_ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    Order.TITLE: (_TITLE,),
    Order.ARTIST: (func.lower(tracks.c.artist), func.lower(tracks.c.album), tracks.c.track_number, _TITLE),
    Order.ALBUM: (func.lower(tracks.c.album), tracks.c.track_number, _TITLE),
    Order.ADDED: (tracks.c.added_at,),
    Order.DURATION: (tracks.c.duration_s,),
    Order.TEMPO: (func.coalesce(tracks.c.tempo_bpm, 0.0),),
    Order.YEAR: (func.coalesce(tracks.c.year, 0),),
    Order.VALENCE: (moods.c.valence,),
    Order.AROUSAL: (moods.c.arousal,),
}
_OF_MOODS = (Order.VALENCE, Order.AROUSAL)


def _criterion(listener: Listener, wanted: Wanted) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [~_BROKEN]
    words = searchable(wanted.words or "").replace("\0", "").split()
    parts += [tracks.c.words.contains(word, autoescape=True) for word in words]
    exactly = {"artist": wanted.artist, "album": wanted.album, "genre": wanted.genre}
    parts += [tracks.c[name] == value for name, value in exactly.items() if value is not None]
    if wanted.mood is not None:
        parts.append(_MOOD.in_([str(wanted.mood)]))
    if wanted.labelled is not None:
        parts.append(labels.c.mood.is_not(None) if wanted.labelled else labels.c.mood.is_(None))
    if wanted.rating is not None:
        of_track = (ratings.c.track_id == tracks.c.id) & (ratings.c.listener_id == listener.id)
        parts.append(exists().where(of_track, ratings.c.rating == str(wanted.rating)))
    if wanted.playlist_id is not None:
        own = select(playlists.c.id).where(
            playlists.c.listener_id == listener.id, playlists.c.id == wanted.playlist_id
        )
        item = (playlist_items.c.track_id == tracks.c.id) & playlist_items.c.playlist_id.in_(own)
        parts.append(exists().where(item))
    return and_(*parts)


def _joined(query: Select[Any], listener: Listener) -> Select[Any]:
    own_label = and_(labels.c.track_id == tracks.c.id, labels.c.listener_id == listener.id)
    return query.select_from(tracks).join(moods, moods.c.track_id == tracks.c.id).outerjoin(labels, own_label)


def _only(
    column: ColumnElement[Any], listener: Listener, wanted: Wanted, order: Order = Order.TITLE
) -> Select[Any]:
    """A column of tracks, with moods and labels beside it only where they are asked about."""
    asked = wanted.mood is not None or wanted.labelled is not None or order in _OF_MOODS
    return _joined(select(column), listener) if asked else select(column).select_from(tracks)


def _numbers(listener: Listener, wanted: Wanted, order: Order, *, descending: bool) -> Select[Any]:
    turned = [column.desc() if descending else column.asc() for column in _ORDERS[order]]
    query = _only(tracks.c.id, listener, wanted, order).where(_criterion(listener, wanted))
    return query.order_by(*turned, tracks.c.id)


def _some(connection: Connection, listener: Listener, track_ids: Sequence[int]) -> list[Track]:
    rows = connection.execute(of_listener(listener).where(tracks.c.id.in_(set(track_ids))))
    found = {track.id: track for track in map(track_of, rows)}
    return [found[number] for number in track_ids if number in found]


def _changed(table: Table, when: ColumnElement[Any], listener: Listener) -> Select[Any, Any]:
    return select(func.count(), func.max(when)).select_from(table).where(table.c.listener_id == listener.id)
