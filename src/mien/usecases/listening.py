"""Recommending to listeners and learning from them.

One flow, from top to bottom in ``Listening.recommend``::

    reading -> policy -> wanted moods -> rank tracks -> queue -> listen -> taste

Everything that is learned lies in the store as what the listener did; what is kept here between requests are
columns of numbers made of it, brought up to date whenever they are used.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from mien.domain import Mood
from mien.errors import NotFoundError
from mien.recommend.asking import Asked, most_telling
from mien.recommend.guard import Offer, sinking
from mien.recommend.memory import Item, items_of, song_name
from mien.recommend.policy import certainly, chosen, chosen_point, wanted
from mien.recommend.preferences import Preferences
from mien.recommend.rank import rank
from mien.recommend.taste import taste_of
from mien.recommend.view import View
from mien.sentences import say
from mien.usecases.answers import (
    Changed,
    Moved,
    Question,
    Queue,
    Recommendations,
    as_heard,
    felt,
    recommendation,
)
from mien.usecases.kept import Kept, Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mien.domain import Emotion, Listen, Listener, PolicyName, Rating, Reading, Wish
    from mien.recommend.catalogue import Catalogue
    from mien.recommend.personal import Hearing
    from mien.recommend.policy import Wanted
    from mien.recommend.rank import Ranking
    from mien.recommend.taste import History
    from mien.store import Store

Others: TypeAlias = "Callable[[Listener], Mapping[int, float] | None]"
"""How listeners with a like taste take to tracks, by track number; None where that is not known."""

_MOST_MOVED = 20
_LONGEST_LIST = 2_000
_MOODS = tuple(Mood)


class Listening:
    """Recommending and learning; any number of listeners, from any thread.

    To recommend: :meth:`recommend`, :meth:`replan`. To learn: :meth:`heard`, :meth:`rate`, :meth:`unrate`,
    :meth:`not_now`, :meth:`wish`, :meth:`unwish`, :meth:`label`, :meth:`unlabel`. To ask: :meth:`ask`,
    :meth:`do_not_ask`. To steer: :meth:`preferences`, :meth:`prefer`. To see and take back: :meth:`learned`,
    :meth:`take_back`, :meth:`erase`.

    Args:
        store: the library.
        others: how listeners with a like taste take to tracks.
        clock: tells the time, with its time zone.
    """

    def __init__(
        self,
        store: Store,
        others: Others = lambda _listener: None,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._store = store
        self._others = others
        self._clock = clock
        self._library = Library(store)
        self._listeners: dict[int, Kept] = {}
        self._lock = RLock()

    # Recommending

    def recommend(
        self,
        listener: Listener,
        *,
        emotion: Emotion | None = None,
        reading: Reading | None = None,
        reading_id: int | None = None,
        read_at: datetime | None = None,
        moods: Mapping[Mood, float] | None = None,
        plane: tuple[float, float] | None = None,
        policy: PolicyName | None = None,
        n: int = 20,
        to: Mood | None = None,
        minutes: float | None = None,
        seed: int | None = None,
        exclude: Iterable[int] = (),
    ) -> Queue:
        """Songs for a moment: for a reading, an emotion that is named, moods, a point, or taste alone.

        Args:
            listener: for whom.
            emotion: what they say they feel.
            reading: what their face says; it is kept, as numbers, unless ``reading_id`` says that it is.
            reading_id: the store's number for the reading, where it is kept already.
            read_at: when the reading was made, with its time zone; by default now.
            moods: the moods that they want, as weights; no policy is used.
            plane: the valence and arousal that they want, -1 to 1 each; no policy is used.
            policy: how the emotion becomes a mood; by default the one they chose.
            n: how many songs, 1 to 2,000.
            to: the mood that a journey ends at.
            minutes: end the list once it lasts so long, if that is before ``n`` songs.
            seed: of the chance, 0 or more; by default another each time.
            exclude: numbers of tracks not to choose.

        Raises:
            ConfigurationError: a journey without ``to``; a policy ``own`` without a table.
        """
        now = self._clock()
        preferences = self.preferences(listener)
        policy = policy or preferences.policy
        if reading is not None and reading_id is None:
            reading_id = self._store.readings.record(listener, reading, read_at or now)
        if moods is not None:
            aim, policy_used = chosen(moods), None
        elif plane is not None:
            aim, policy_used = chosen_point(*plane), None
        else:
            feeling = certainly(emotion) if emotion is not None else felt(reading)
            age_s = (now - read_at).total_seconds() if read_at else 0.0
            aim = wanted(feeling, policy, own=preferences.table, to=to, age_s=age_s)
            policy_used = policy
        view, history = self._view(listener, now)
        seed = random.getrandbits(32) if seed is None else seed
        ranking = rank(
            view,
            aim,
            n=min(n, _LONGEST_LIST),
            seed=seed,
            weights=preferences.weights,
            exploration=preferences.exploration,
            minutes=minutes,
            exclude=exclude,
        )
        offer = self._offer(listener, view, history, aim, now) if preferences.guard else None
        songs = self._recommendations(listener, view, history, aim, ranking)
        return Queue(reading, reading_id, policy_used, aim.moods, songs, offer, to, minutes, seed)

    def replan(self, listener: Listener, queue: Queue, played: int, reading: Reading) -> Queue:
        """The rest of a queue, planned anew from what a new reading says.

        Args:
            listener: whose.
            queue: the one that is being played.
            played: how many of its songs were played, those not to be chosen again.
            reading: the new one; where it cannot tell, the queue goes on as it was planned.
        """
        songs = queue.recommended.tracks
        if not reading.certain or played >= len(songs):
            left = replace(queue.recommended, tracks=songs[played:])
            return replace(queue, recommended=left)
        played_s = sum(song.track.duration_s for song in songs[:played])
        minutes = None if queue.minutes is None else max(1.0, queue.minutes - played_s / 60)
        return self.recommend(
            listener,
            reading=reading,
            policy=queue.policy,
            n=len(songs) - played if minutes is None else _LONGEST_LIST,
            to=queue.to,
            minutes=minutes,
            exclude=[song.track.id for song in songs[:played]],
        )

    # Learning

    def heard(self, listener: Listener, listen: Listen) -> None:
        """Remember that a song was played, how far, and whether it was skipped.

        Raises:
            NotFoundError: there is no such track or reading.
        """
        self._store.listens.record(listener, listen)

    def rate(self, listener: Listener, track_id: int, rating: Rating) -> None:
        """Remember what a listener thinks of a song."""
        self._store.ratings.rate(listener, track_id, rating)

    def unrate(self, listener: Listener, track_id: int) -> None:
        """Take a rating back, if there is one."""
        self._store.ratings.unrate(listener, track_id)

    def not_now(self, listener: Listener, track_id: int, hours: float = 24.0) -> datetime:
        """Leave a song out for a while.

        Returns:
            When it may come again.
        """
        until = self._clock() + timedelta(hours=hours)
        self._store.snoozes.snooze(listener, track_id, until)
        return until

    def wish(self, listener: Listener, track_id: int, wish: Wish) -> None:
        """Play more that sounds like a song, or less: at once, and a little for good."""
        self._store.wishes.say(listener, track_id, wish, self._clock())

    def unwish(self, listener: Listener, track_id: int) -> None:
        """Take such a wish back, if there is one."""
        self._store.wishes.take_back(listener, track_id)

    def label(self, listener: Listener, track_id: int, mood: Mood) -> Changed:
        """Correct the mood of a song; songs that sound like it learn from it.

        Raises:
            NotFoundError: there is no such track.
        """
        return self._relabel(listener, track_id, lambda: self._store.labels.label(listener, track_id, mood))

    def unlabel(self, listener: Listener, track_id: int) -> Changed:
        """Take a label back; every mood is again what it would be had it never been given."""
        return self._relabel(listener, track_id, lambda: self._store.labels.unlabel(listener, track_id))

    def _relabel(self, listener: Listener, track_id: int, change: Callable[[], None]) -> Changed:
        now = self._clock()
        with self._lock:
            catalogue, kept = self._library.catalogue(now), self._kept(listener)
            labels = self._store.labels.of(listener)
            before = kept.hearing(catalogue, labels)
            change()
            after = kept.hearing(catalogue, self._store.labels.of(listener))
        (row,) = catalogue.rows([track_id])
        moved = (before.tops != after.tops).nonzero()[0]
        moved = moved[moved != row]
        alike = catalogue.sounds[moved] @ catalogue.sounds[row]
        nearest = moved[(-alike).argsort(kind="stable")]
        first = self._store.tracks.many(catalogue.ids[nearest[:_MOST_MOVED]].tolist(), listener)
        return Changed(
            track=self._store.tracks.get(track_id, listener),
            before=labels.get(track_id),
            moved=tuple(
                Moved(
                    as_heard(track, catalogue, after, int(at)),
                    _MOODS[before.tops[at]],
                    _MOODS[after.tops[at]],
                )
                for track, at in zip(first, catalogue.rows(track.id for track in first), strict=True)
            ),
            moved_count=len(moved),
        )

    # Asking

    def ask(self, listener: Listener) -> Question | None:
        """The song whose mood would teach most, if it is time to ask; mostly it is not.

        It is asked about at most once a day, after some songs were played, and never about a song that the
        listener did not want to be asked about.
        """
        now = self._clock()
        asked = self._asked(listener)
        view, history = self._view(listener, now)
        if not self.preferences(listener).questions or not asked.is_time(history, now):
            return None
        row = most_telling(view, history, asked)
        if row is None:
            return None
        (track,) = self._store.tracks.many([int(view.catalogue.ids[row])], listener)
        self._keep(listener, asked=asked.at_moment(now))
        sentence = say(
            "how_sounds",
            "how does {song} sound to you? It is heard as {mood}, but that is not sure",
            song=song_name(track),
            mood=_MOODS[view.hearing.tops[row]],
        )
        return Question(track, sentence)

    def do_not_ask(self, listener: Listener, track_id: int) -> None:
        """Skip a question: this song is not asked about again."""
        self._keep(listener, asked=self._asked(listener).without(track_id))

    # Steering

    def preferences(self, listener: Listener) -> Preferences:
        """How the listener wants recommendations to be made."""
        values = self._store.preferences.of(listener)
        return Preferences.of_json({name: value for name, value in values.items() if name != "asked"})

    def prefer(self, listener: Listener, preferences: Preferences) -> None:
        """Remember how the listener wants recommendations to be made."""
        self._keep(listener, preferences=preferences)

    def _asked(self, listener: Listener) -> Asked:
        return Asked.of_json(self._store.preferences.of(listener).get("asked", {}))

    def _keep(
        self, listener: Listener, *, preferences: Preferences | None = None, asked: Asked | None = None
    ) -> None:
        preferences = preferences or self.preferences(listener)
        asked = asked or self._asked(listener)
        values = preferences.to_json()
        if asked != Asked():
            values["asked"] = asked.to_json()
        self._store.preferences.keep(listener, values)

    # Seeing what was learned, and taking it back

    def learned(self, listener: Listener) -> list[Item]:
        """Everything that Mien learned of a listener, in words; each can be taken back by its name."""
        view, history = self._view(listener, self._clock())
        items = items_of(view, history, self.preferences(listener))
        telling = [item.telling_track_id for item in items]
        found = self._store.tracks.many(sorted({number for number in telling if number}), listener)
        tracks = {track.id: track for track in found}
        return [
            item.named(tracks.get(number)) if number else item
            for item, number in zip(items, telling, strict=True)
        ]

    def take_back(self, listener: Listener, name: str) -> None:
        """Unlearn one item of :meth:`learned`, as if it had never been said or done.

        Raises:
            NotFoundError: nothing of that name was learned.
        """
        view, history = self._view(listener, self._clock())
        preferences = self.preferences(listener)
        item = next((i for i in items_of(view, history, preferences) if i.name == name), None)
        if item is None:
            raise NotFoundError(
                say(
                    "nothing_learned",
                    "nothing named {name!r} was learned: mien taste lists what was",
                    name=name,
                )
            )
        kind = name.partition(":")[0]
        match kind:
            case "rating":
                self._store.ratings.unrate(listener, item.track_id or 0)
            case "label":
                self._store.labels.unlabel(listener, item.track_id or 0)
            case "not-now":
                self._store.snoozes.wake(listener, item.track_id or 0)
            case "wish":
                self._store.wishes.take_back(listener, item.track_id or 0)
            case "listens":
                self._store.listens.erase(listener, [item.track_id or 0])
            case "artist":
                self._store.listens.erase(listener, item.track_ids)
            case _:
                self.prefer(listener, replace(preferences, **{kind: getattr(Preferences(), kind)}))

    def erase(self, listener: Listener) -> None:
        """Forget everything that was learned of a listener, without a trace; account and playlists stay."""
        with self._lock:
            self._listeners.pop(listener.id, None)
        self._store.listeners.erase_taste(listener)

    # What is kept between requests

    def view(self, listener: Listener) -> View:
        """The library as the listener hears it now."""
        return self._view(listener, self._clock())[0]

    def _view(self, listener: Listener, now: datetime) -> tuple[View, History]:
        catalogue, history, heard_as = self._heard(listener, now)
        others = self._kept(listener).others(catalogue, self._others(listener))
        return View(catalogue, heard_as, taste_of(catalogue, history, now), others), history

    def _heard(self, listener: Listener, now: datetime) -> tuple[Catalogue, History, Hearing]:
        with self._lock:
            catalogue = self._library.catalogue(now)
            kept = self._kept(listener)
            history = kept.history(self._store, listener, now)
            return catalogue, history, kept.hearing(catalogue, history.labels)

    def _kept(self, listener: Listener) -> Kept:
        with self._lock:
            return self._listeners.setdefault(listener.id, Kept())

    def _offer(
        self, listener: Listener, view: View, history: History, aim: Wanted, now: datetime
    ) -> Offer | None:
        if max(aim.moods, key=aim.moods.__getitem__) is not Mood.SAD or aim.strength == 0:
            return None
        last = sorted(
            zip(
                history.listens.started_at_s.tolist()[-50:],
                history.listens.track_ids.tolist()[-50:],
                strict=True,
            )
        )[::-1]
        rows = view.catalogue.rows(track_id for _, track_id in last)
        heard = [
            (datetime.fromtimestamp(at, now.tzinfo), _MOODS[view.hearing.tops[row]])
            for (at, _), row in zip(last, rows, strict=True)
            if row >= 0
        ]
        return sinking(heard, self._store.readings.recent(listener, 10), now)

    def _recommendations(
        self, listener: Listener, view: View, history: History, aim: Wanted, ranking: Ranking
    ) -> Recommendations:
        ids = [int(view.catalogue.ids[pick.row]) for pick in ranking.picks]
        tracks = {track.id: track for track in self._store.tracks.many(ids, listener)}
        chosen_songs = tuple(
            recommendation(view, aim, pick, tracks[track_id], history.ratings.get(track_id))
            for track_id, pick in zip(ids, ranking.picks, strict=True)
            if track_id in tracks  # gone since the library was read
        )
        return Recommendations(chosen_songs, ranking.notes)
