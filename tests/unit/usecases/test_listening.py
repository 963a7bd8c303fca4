import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mien.domain import (
    Emotion,
    Estimate,
    Listen,
    Mood,
    MoodEstimate,
    PolicyName,
    Quadrant,
    Rating,
    Reading,
    SongAnalysis,
    Tags,
)
from mien.errors import ConfigurationError, NotFoundError
from mien.recommend.preferences import Preferences, Weights
from mien.sentences import say
from mien.store import FileStamp, open_store
from mien.store.schema import metadata
from mien.usecases import kept as module
from mien.usecases.listening import Listening

NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
MOODS = tuple(Mood)


def song(number, mood, artist="", **changes):
    rng = np.random.default_rng(number)
    sound = 3 * np.eye(12)[MOODS.index(mood)] + rng.normal(size=12) / 4
    estimate = MoodEstimate(
        Estimate({label: 0.4 if label is mood else 0.1 for label in Mood}),
        Estimate(dict.fromkeys(Quadrant, 0.25)),
        valence=0.1,
        arousal=0.2,
        embedding=tuple(sound.tolist()),
    )
    analysis = SongAnalysis(
        path=Path(f"/music/{number:03}.flac"),
        duration_s=200.0,
        tags=Tags(f"Song {number}", artist or f"Artist {number % 9}"),
        features=(0.5,),
        features_version=1,
        mood=estimate,
        artifact_version="mood-1",
        curve=(),
        tempo_bpm=100.0,
        key="C major",
        cpu_s=0.1,
    )
    return replace(analysis, **changes)


def reading(emotion=Emotion.SAD, certain=True):
    estimate = Estimate({label: 0.7 if label is emotion else 0.05 for label in Emotion})
    return Reading(estimate, certain, None if certain else "can't tell: between sad and fear", 9)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library of six songs a mood; song n has mood n % 7."""
    file = tmp_path_factory.mktemp("made") / "library.db"
    with open_store(f"sqlite:///{file}") as opened:
        for number in range(1, 43):
            opened.tracks.save(song(number, MOODS[number % 7]), FileStamp(1, 1))
    return file


@pytest.fixture
def store(library, tmp_path):
    copied = shutil.copy(library, tmp_path)
    with open_store(f"sqlite:///{copied}") as opened:
        yield opened


@pytest.fixture
def me(store):
    return store.listeners.default()


@pytest.fixture
def listening(store, clock):
    return Listening(store, clock=clock)


def ids(queue):
    return [chosen.track.id for chosen in queue.recommended.tracks]


def tops(queue):
    return {chosen.track.mood.top for chosen in queue.recommended.tracks}


def seen(listening, me):
    """Everything that a list of all songs says, to the last digit."""
    queue = listening.recommend(me, emotion=Emotion.NEUTRAL, n=42, seed=11)
    return repr(queue).encode()


class TestRecommending:
    def test_a_named_emotion_a_reading_moods_and_a_point_each_give_songs_that_fit(self, listening, me):
        assert tops(listening.recommend(me, emotion=Emotion.SAD, n=5, seed=1)) == {Mood.SAD}
        assert tops(listening.recommend(me, moods={Mood.TENSE: 1}, n=5, seed=1)) == {Mood.TENSE}
        queue = listening.recommend(me, reading=reading(), n=5, seed=1)
        assert max(queue.moods, key=queue.moods.get) is Mood.SAD
        assert queue.policy is PolicyName.MATCH
        assert len(ids(listening.recommend(me, plane=(0.5, -0.5), n=5, seed=1))) == 5

    def test_a_reading_is_kept_once_as_numbers(self, listening, store, me):
        queue = listening.recommend(me, reading=reading(), n=1)
        listening.recommend(me, reading=reading(), reading_id=queue.reading_id, n=1)
        assert len(store.readings.recent(me, 9)) == 1

    def test_cannot_tell_leaves_it_to_taste_and_says_so(self, listening, me):
        for unsure in (reading(certain=False), Reading(None, False, "no face", 0), None):
            queue = listening.recommend(me, reading=unsure, n=3)
            assert "so taste chooses" in queue.recommended.note
            assert len(ids(queue)) == 3

    def test_an_old_reading_counts_less(self, listening, me):
        queue = listening.recommend(me, reading=reading(), read_at=NOW - timedelta(hours=2), n=3)
        assert "120 minutes ago" in queue.recommended.note

    def test_the_chosen_policy_is_used_where_none_is_named(self, listening, me):
        listening.prefer(me, Preferences(policy=PolicyName.CALM))
        queue = listening.recommend(me, emotion=Emotion.ANGRY, n=4, seed=1)
        assert queue.policy is PolicyName.CALM
        assert tops(queue) <= {Mood.CALM, Mood.TENDER}
        assert tops(listening.recommend(me, emotion=Emotion.ANGRY, policy=PolicyName.MATCH, n=4)) == {
            Mood.ANGRY
        }

    def test_a_journey_needs_an_end_and_own_a_table(self, listening, me):
        for policy in (PolicyName.JOURNEY, PolicyName.OWN):
            with pytest.raises(ConfigurationError):
                listening.recommend(me, emotion=Emotion.SAD, policy=policy)

    def test_the_same_seed_gives_the_same_list(self, listening, me):
        assert seen(listening, me) == seen(listening, me)
        queue = listening.recommend(me, emotion=Emotion.SAD, n=9)
        assert ids(listening.recommend(me, emotion=Emotion.SAD, n=9, seed=queue.seed)) == ids(queue)

    def test_what_others_think_is_placed_anew_when_it_or_the_library_changes(self, store, clock, me):
        said = {1: 1.0, 2: 0.5}
        together = Listening(store, others=lambda _: said, clock=clock)
        first = together.view(me).others
        assert first[:3].tolist() == [1.0, 0.5, 0.0]
        assert together.view(me).others is first
        said = {3: 1.0}
        assert together.view(me).others[:3].tolist() == [0.0, 0.0, 1.0]
        store.tracks.save(song(100, Mood.CALM), FileStamp(1, 1))
        assert len(together.view(me).others) == 43

    def test_what_others_think_comes_in(self, store, clock, me):
        plain = Listening(store, clock=clock).recommend(me, emotion=Emotion.SAD, n=1, seed=1)
        sad = [track.id for track in store.tracks.all(me) if track.mood.top is Mood.SAD]
        other = next(i for i in sad if i != ids(plain)[0])
        together = Listening(store, others=lambda _: {other: 1.0}, clock=clock)
        together.prefer(me, Preferences(weights=Weights(others=20)))
        assert ids(together.recommend(me, emotion=Emotion.SAD, n=1, seed=1)) == [other]

    def test_listeners_do_not_share_what_they_said(self, listening, store, me):
        other = store.listeners.add("other")
        before = seen(listening, other)
        listening.rate(me, 3, Rating.BAN)
        listening.label(me, 4, Mood.ANGRY)
        listening.heard(me, Listen(5, NOW, 3.0, skipped=True))
        assert seen(listening, other) == before

    def test_the_library_is_followed_as_it_changes(self, listening, store, me):
        assert 43 not in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))
        store.tracks.save(song(43, Mood.SAD), FileStamp(1, 1))
        assert 43 in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))
        store.tracks.forget([Path("/music/043.flac"), Path("/music/001.flac")])
        store.problems.record(Path("/music/002.flac"), say("cut_off", "cut off"), None)
        assert not {1, 2, 43} & set(ids(listening.recommend(me, emotion=Emotion.SAD, n=99)))

    def test_a_large_library_is_looked_at_again_after_a_while(self, listening, store, clock, me, monkeypatch):
        monkeypatch.setattr(module, "_LARGE_LIBRARY", 10)
        listening.recommend(me, emotion=Emotion.SAD, n=1)
        store.tracks.save(song(43, Mood.SAD), FileStamp(1, 1))
        assert 43 not in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))
        store.tracks.forget([Path("/music/001.flac")])
        assert 1 not in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))
        clock.now += timedelta(minutes=1)
        assert 43 in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))

    def test_an_empty_library_says_what_to_do(self, tmp_path):
        with open_store(f"sqlite:///{tmp_path / 'empty.db'}") as store:
            listening = Listening(store)
            queue = listening.recommend(store.listeners.default(), emotion=Emotion.SAD)
            assert (ids(queue), "mien scan" in queue.recommended.note) == ([], True)
            assert listening.ask(store.listeners.default()) is None


class TestJourneys:
    def test_are_planned_anew_from_a_new_reading(self, listening, me):
        queue = listening.recommend(
            me, reading=reading(), policy=PolicyName.JOURNEY, to=Mood.HAPPY, n=8, seed=1
        )
        rest = listening.replan(me, queue, 3, reading(Emotion.NEUTRAL))
        assert (len(ids(rest)), rest.to, rest.policy) == (5, Mood.HAPPY, PolicyName.JOURNEY)
        assert not set(ids(rest)) & set(ids(queue)[:3])

    def test_keep_to_their_time(self, listening, me):
        queue = listening.recommend(
            me, reading=reading(), policy=PolicyName.JOURNEY, to=Mood.HAPPY, n=99, minutes=30
        )
        assert len(ids(queue)) == 9
        rest = listening.replan(me, queue, 6, reading(Emotion.NEUTRAL))
        assert (rest.minutes, len(ids(rest))) == (10, 3)

    def test_go_on_as_planned_where_the_new_reading_cannot_tell(self, listening, me):
        queue = listening.recommend(me, reading=reading(), policy=PolicyName.JOURNEY, to=Mood.HAPPY, n=5)
        rest = listening.replan(me, queue, 2, reading(certain=False))
        assert ids(rest) == ids(queue)[2:]


class TestSinkingGuard:
    def sink(self, listening, store, me):
        sad = [track.id for track in store.tracks.all(me) if track.mood.top is Mood.SAD]
        for n, track_id in enumerate(sad[:4]):
            store.readings.record(me, reading(), NOW - timedelta(minutes=20 - 4 * n))
            listening.heard(me, Listen(track_id, NOW - timedelta(minutes=20 - 4 * n), 200.0))

    def test_offers_and_never_forces(self, listening, store, me):
        assert listening.recommend(me, reading=reading(), n=4).offer is None
        self.sink(listening, store, me)
        queue = listening.recommend(me, reading=reading(), n=4)
        assert queue.offer.to is Mood.TENDER
        assert max(queue.moods, key=queue.moods.get) is Mood.SAD

    def test_is_quiet_where_the_listener_wants_that_or_something_else_is_played(self, listening, store, me):
        self.sink(listening, store, me)
        assert listening.recommend(me, reading=reading(), policy=PolicyName.LIFT, n=4).offer is None
        listening.prefer(me, Preferences(guard=False))
        assert listening.recommend(me, reading=reading(), n=4).offer is None


class TestLearning:
    def test_a_ban_and_not_now_hold_at_once_and_until_taken_back(self, listening, clock, me):
        listening.rate(me, 4, Rating.BAN)
        until = listening.not_now(me, 11, hours=2)
        assert not {4, 11} & set(ids(listening.recommend(me, emotion=Emotion.SAD, n=99)))
        assert until == NOW + timedelta(hours=2)
        listening.unrate(me, 4)
        assert 4 in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))
        clock.now = until
        assert 11 in ids(listening.recommend(me, emotion=Emotion.SAD, n=99))

    def test_every_listen_counts_at_once(self, listening, me):
        first = ids(listening.recommend(me, emotion=Emotion.SAD, n=1, seed=1))
        listening.heard(me, Listen(first[0], NOW - timedelta(minutes=1), 200.0))
        assert ids(listening.recommend(me, emotion=Emotion.SAD, n=1, seed=1)) != first

    def test_a_correction_moves_the_song_now_and_shows_what_else_moved(self, listening, store, me):
        sad = [track.id for track in store.tracks.all(me) if track.mood.top is Mood.SAD]
        listening.label(me, sad[0], Mood.TENDER)
        before = {song.track.id: song.track.mood.top for song in self.all_songs(listening, me)}
        changed = listening.label(me, sad[1], Mood.TENDER)
        after = {song.track.id: song.track.mood.top for song in self.all_songs(listening, me)}
        assert (changed.track.id, changed.track.mood.top, changed.before) == (sad[1], Mood.TENDER, None)
        assert {after[track_id] for track_id in sad} == {Mood.TENDER}
        assert changed.moved_count == len(changed.moved) > 0
        assert {moved.track.id: (moved.was, moved.now) for moved in changed.moved} == {
            i: (before[i], after[i]) for i in after if before[i] is not after[i] and i != sad[1]
        }

    def all_songs(self, listening, me):
        return listening.recommend(me, moods={Mood.TENDER: 1}, n=99, seed=1).recommended.tracks

    def test_taking_a_correction_back_restores_every_digit(self, listening, me):
        before = seen(listening, me)
        changed = listening.label(me, 4, Mood.TENDER)
        assert seen(listening, me) != before
        assert changed.before is None
        listening.unlabel(me, 4)
        assert seen(listening, me) == before
        listening.label(me, 4, Mood.ANGRY)
        labelled = seen(listening, me)
        again = listening.label(me, 4, Mood.HAPPY)
        listening.label(me, 4, again.before)
        assert seen(listening, me) == labelled

    def test_what_is_kept_is_what_would_be_read_anew(self, listening, store, clock, me):
        for n in range(1, 20):
            listening.heard(me, Listen(n, NOW - timedelta(hours=n), 10.0 * n, skipped=n % 3 == 0))
            listening.recommend(me, emotion=Emotion.SAD, n=3)
        listening.label(me, 7, Mood.CALM)
        listening.take_back(me, "listens:5")
        assert seen(listening, me) == seen(Listening(store, clock=clock), me)

    def test_a_track_that_is_not_there_is_not_found(self, listening, me):
        for act in (
            lambda: listening.label(me, 999, Mood.SAD),
            lambda: listening.rate(me, 999, Rating.LIKE),
            lambda: listening.heard(me, Listen(999, NOW, 1.0)),
            lambda: listening.not_now(me, 999),
        ):
            with pytest.raises(NotFoundError):
                act()


class TestTakingBack:
    @pytest.fixture
    def taught(self, listening, me):
        """What was seen before anything was said."""
        before = seen(listening, me)
        listening.rate(me, 4, Rating.LIKE)
        listening.not_now(me, 5)
        listening.label(me, 6, Mood.TENDER)
        for track_id in (7, 16, 8):
            listening.heard(me, Listen(track_id, NOW - timedelta(hours=1), 200.0))
        listening.prefer(me, Preferences(exploration=0.4, weights=Weights(mood=3)))
        return before

    def test_all_that_was_learned_item_by_item_leaves_nothing(self, listening, store, me, taught):
        assert seen(listening, me) != taught
        names = [item.name for item in listening.learned(me)]
        assert {"rating:4", "not-now:5", "label:6", "artist:artist 7", "exploration", "weights"} <= set(names)
        assert "you like Song 4 by Artist 4" in {str(item.sentence) for item in listening.learned(me)}
        while items := listening.learned(me):
            listening.take_back(me, items[0].name)
        assert seen(listening, me) == taught
        assert (store.listens.count(me), store.preferences.of(me)) == ((0, 0), {})

    def test_artists_are_written_as_the_library_writes_them(self, listening, me, taught):
        item = next(item for item in listening.learned(me) if item.name == "artist:artist 7")
        assert "you played songs by Artist 7 2 times" in str(item.sentence)
        assert item.sentence.values["artist"] == item.to_json()["artist"] == "Artist 7"

    def test_what_was_never_learned_cannot_be(self, listening, me):
        for name in ("rating:4", "nonsense", "policy", "artist:artist 3"):
            with pytest.raises(NotFoundError, match="mien taste"):
                listening.take_back(me, name)

    def test_an_export_is_json(self, listening, me, taught):
        exported = json.loads(json.dumps([item.to_json() for item in listening.learned(me)]))
        assert {"name": "rating:4", "rating": "like"}.items() <= exported[0].items()

    def test_erasing_leaves_no_row_and_no_byte(self, listening, store, tmp_path, me, taught):
        secret = "Xylophia Quarzwind looked away"
        for n in range(50):
            store.readings.record(me, Reading(None, False, f"{secret} {n}", 0), NOW)
        playlist = store.playlists.create(me, "mine", [1])
        store.preferences.keep(me, {"secret": secret})
        listening.erase(me)
        assert seen(listening, me) == taught
        assert listening.learned(me) == []
        assert store.playlists.named(me, "mine") == playlist
        with store._database.reading() as connection:
            for table in ("listens", "ratings", "labels", "snoozes", "preferences", "readings"):
                assert not connection.execute(metadata.tables[table].select()).all()
        assert secret.encode() not in b"".join(part.read_bytes() for part in tmp_path.iterdir())

    def test_forgetting_a_listener_leaves_nothing_for_the_next_with_their_number(self, listening, store, me):
        gone = store.listeners.add("gone")
        for n in range(1, 9):
            listening.heard(gone, Listen(n, NOW - timedelta(hours=n), 3.0, skipped=True))
            listening.label(gone, n, Mood.ANGRY)
        plain = seen(listening, me)
        assert seen(listening, gone) != plain
        store.listeners.forget(gone)
        new = store.listeners.add("new")
        assert new.id == gone.id
        assert seen(listening, new) == plain


class TestAsking:
    @pytest.fixture
    def heard(self, listening, me):
        for n in range(1, 13):
            listening.heard(me, Listen(n, NOW - timedelta(hours=n), 200.0))

    def test_asks_once_a_day_about_a_song_that_was_played(self, listening, clock, me, heard):
        question = listening.ask(me)
        assert question.track.id in range(1, 13)
        assert f"how does {question.track.title} by" in str(question.sentence)
        assert listening.ask(me) is None
        clock.now += timedelta(days=1)
        assert listening.ask(me) is None  # nothing was played since
        for n in range(1, 13):
            listening.heard(me, Listen(n, clock.now - timedelta(minutes=n), 200.0))
        assert listening.ask(me) is not None

    def test_skipping_a_question_is_remembered(self, listening, store, clock, me, heard):
        asked = set()
        for _ in range(3):
            question = listening.ask(me)
            asked.add(question.track.id)
            listening.do_not_ask(me, question.track.id)
            values = store.preferences.of(me)
            store.preferences.keep(me, {**values, "asked": {**values["asked"], "at_s": 0}})
        assert len(asked) == 3

    def test_never_asks_who_does_not_want_that_or_listens_little(self, listening, store, me, heard):
        assert listening.ask(store.listeners.add("new")) is None
        listening.prefer(me, Preferences(questions=False))
        assert listening.ask(me) is None
