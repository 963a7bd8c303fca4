import json
import math
from datetime import timedelta

import pytest
from made_library import MOODS, NOW, columns_of, listens_of, view_of

from mien.domain import Emotion, Estimate, Mood, PolicyName, Rating, Reading
from mien.errors import ConfigurationError
from mien.recommend.asking import Asked, most_telling
from mien.recommend.guard import RUN_OF_SONGS, sinking
from mien.recommend.memory import items_of
from mien.recommend.preferences import Preferences, Weights
from mien.recommend.rank import PARTS
from mien.recommend.taste import History


class TestPreferences:
    def test_come_back_from_json_as_they_were(self):
        preferences = Preferences(
            policy=PolicyName.LIFT, weights=Weights(mood=2, novelty=-1), exploration=0.3, guard=False
        ).with_row(Emotion.SAD, {Mood.CALM: 2, Mood.TENDER: 2})
        values = json.loads(json.dumps(preferences.to_json()))
        assert Preferences.of_json(values) == preferences
        assert values["table"] == {"sad": {"calm": 0.5, "tender": 0.5}}
        assert set(values) == {"policy", "weights", "exploration", "guard", "table"}

    def test_say_nothing_where_nothing_was_chosen(self):
        assert Preferences().to_json() == {}
        assert Preferences.of_json({}) == Preferences()

    def test_a_row_is_replaced_and_taken_back(self):
        once = Preferences().with_row(Emotion.SAD, {Mood.CALM: 1})
        assert once.with_row(Emotion.SAD, {Mood.SAD: 1}).table == {Emotion.SAD: {Mood.SAD: 1.0}}
        assert once.with_row(Emotion.SAD, {}).table == {}

    @pytest.mark.parametrize(
        "values",
        [
            {"polcy": "match"},
            {"policy": "shout"},
            {"exploration": 1.5},
            {"exploration": "often"},
            {"guard": 1},
            {"weights": {"mod": 1}},
            {"weights": {"mood": math.nan}},
            {"weights": {"mood": 21}},
            {"weights": {"variety": -1}},
            {"weights": 3},
            {"table": {"sad": {"calm": -1}}},
            {"table": {"sad": {"calm": 0}}},
            {"table": {"blue": {"calm": 1}}},
            {"table": ["sad"]},
        ],
    )
    def test_what_is_unknown_or_malformed_is_refused(self, values):
        with pytest.raises(ConfigurationError):
            Preferences.of_json(values)

    def test_every_part_has_a_weight_and_every_weight_a_part(self):
        assert set(PARTS) | {"variety"} == set(Weights.__slots__)


class TestSinkingGuard:
    def songs(self, *moods, minutes=4):
        return [(NOW - timedelta(minutes=minutes * n), mood) for n, mood in enumerate(moods, 1)]

    def faces(self, *emotions, certain=True, minutes=5):
        readings = [
            Reading(Estimate({e: float(e is emotion) for e in Emotion}, certain), certain, None, 9)
            for emotion in emotions
        ]
        return [(NOW - timedelta(minutes=minutes * n), reading) for n, reading in enumerate(readings, 1)]

    def test_offers_something_tender_after_a_run_of_sad_songs_with_sad_faces(self):
        offer = sinking(self.songs(*[Mood.SAD] * 4), self.faces(*[Emotion.SAD] * 2), NOW)
        assert (offer.policy, offer.to) == (PolicyName.JOURNEY, Mood.TENDER)
        assert "if you like" in str(offer.sentence)

    @pytest.mark.parametrize(
        "kind", ["short", "broken", "cheerful", "unread", "unsure", "old songs", "old faces"]
    )
    def test_says_nothing_else(self, kind):
        sad, faces = self.songs(*[Mood.SAD] * RUN_OF_SONGS), self.faces(*[Emotion.SAD] * 2)
        songs, faces = {
            "short": (sad[:3], faces),
            "broken": (self.songs(Mood.SAD, Mood.CALM, Mood.SAD, Mood.SAD, Mood.SAD), faces),
            "cheerful": (sad, self.faces(Emotion.SAD, Emotion.HAPPY)),
            "unread": (sad, []),
            "unsure": (sad, self.faces(*[Emotion.SAD] * 2, certain=False)),
            "old songs": (self.songs(*[Mood.SAD] * 4, minutes=60), faces),
            "old faces": (sad, self.faces(*[Emotion.SAD] * 2, minutes=100)),
        }[kind]
        assert sinking(songs, faces, NOW) is None


class TestAsking:
    @pytest.fixture
    def view(self):
        """Song 1 is sure; 2 to 9 are alike and unsure; 10 is unsure and like no other; all were played."""
        columns = columns_of(
            [Mood.CALM] * 9 + [Mood.SAD], sounds=[*[[1.0, 0, 0, 0.1 * n] for n in range(9)], [0, 0, 9.0, 0]]
        )
        columns.moods[1:] = 1 / 7
        columns.moods[0] = [float(mood is Mood.CALM) for mood in MOODS]
        return view_of(columns, self.history())

    def history(self, **given):
        return History(listens_of(*((n, 50, 200) for n in range(1, 11))), **given)

    def test_picks_a_song_that_is_unsure_and_sounds_like_many(self, view):
        assert most_telling(view, self.history(), Asked()) in range(1, 9)

    def test_never_a_song_that_is_labelled_banned_skipped_or_never_heard(self, view):
        history = History(
            listens_of(*((n, 50, 200) for n in range(1, 8))), {3: Rating.BAN}, {2: Mood.SAD, 1: Mood.CALM}
        )
        view = view_of(view.catalogue, history)
        assert most_telling(view, history, Asked(skipped=(4, 5, 6, 99))) == 6
        assert most_telling(view, history, Asked(skipped=(4, 5, 6, 7))) is None

    def test_it_is_time_once_a_day_after_some_songs(self):
        history = self.history()
        assert Asked().is_time(history, NOW)
        assert not Asked(at_s=NOW.timestamp() - 3600).is_time(history, NOW)
        assert not Asked(at_s=NOW.timestamp() - 45 * 3600).is_time(history, NOW)
        assert not Asked().is_time(History(listens_of((1, 1, 200))), NOW)

    def test_what_was_asked_comes_back_as_it_was(self):
        asked = Asked().at_moment(NOW).without(3).without(4).without(3)
        assert Asked.of_json(json.loads(json.dumps(asked.to_json()))) == asked
        assert asked.skipped == (4, 3)


class TestMemory:
    def test_says_everything_in_words(self):
        history = History(
            listens_of((1, 9, 200), (1, 8, 200), (2, 7, 3, True), (99, 7, 3)),
            {1: Rating.LIKE, 2: Rating.BAN, 3: Rating.DISLIKE},
            {1: Mood.TENDER},
            {3: NOW},
        )
        columns = columns_of([Mood.CALM] * 3, artists=["A", "B", ""])
        preferences = Preferences(
            PolicyName.LIFT, weights=Weights(mood=1), exploration=0.5, guard=False, questions=False
        ).with_row(Emotion.SAD, {Mood.CALM: 1})
        items = items_of(view_of(columns, history), history, preferences)
        said = {item.name: str(item.sentence) for item in items}
        assert said == {
            "rating:1": "you like track 1",
            "rating:2": "track 2 is never to be recommended to you",
            "rating:3": "you dislike track 3",
            "label:1": "track 1 is tender to you",
            "not-now:3": "track 3 is not wanted until 2026-03-01 20:00 UTC",
            "artist:a": "you played songs by a 2 times and finished 2",
            "artist:b": "you played songs by b once and finished 0",
            "listens:1": "you played track 1 2 times: 2 to the end, 0 skipped",
            "listens:2": "you played track 2 once: 0 to the end, 1 skipped",
            "listens:99": "you played track 99 once: 0 to the end, 0 skipped",
            "policy": "you chose the policy lift",
            "exploration": "you set exploration to 50%",
            "guard": "you do not want to be offered something else after sad songs",
            "questions": "you do not want to be asked about songs",
            "weights": "you set the weights of mood",
            "table": "you made a table of your own for sad",
        }
        json.dumps([item.to_json() for item in items])
        assert str(items[0].named(None).sentence) == "you like track 1"
