from collections import Counter
from datetime import timedelta, timezone

import numpy as np
import pytest
from made_library import MOODS, NOW, columns_of, ids, listens_of, view_of

from mien.domain import Mood, Rating, Wish
from mien.recommend.catalogue import NO_KEY, Catalogue, fifths
from mien.recommend.policy import chosen
from mien.recommend.rank import rank
from mien.recommend.taste import History, Listens, taste_of, worth

CALM = chosen({Mood.CALM: 1})


class TestWhatAPlaybackSays:
    @pytest.mark.parametrize(
        ("played", "skipped", "said"),
        [
            (0.0, True, -1.0),
            (0.4, True, -0.5),
            (0.8, True, 1.0),
            (1.0, True, 1.0),
            (0.1, False, 0.0),
            (0.5, False, 0.5),
            (1.0, False, 1.0),
        ],
    )
    def test_the_earlier_a_skip_the_worse_and_stopping_says_nothing(self, played, skipped, said):
        assert worth(np.array([played]), np.array([skipped]))[0] == pytest.approx(said)

    def test_half_as_much_after_sixty_days(self):
        columns = columns_of([Mood.CALM] * 2)
        now = view_of(columns, History(listens_of((1, 0, 200)))).taste.song[0]
        later = view_of(columns, History(listens_of((1, 60 * 24, 200)))).taste.song[0]
        assert (now, later) == (pytest.approx(1 / 2), pytest.approx(0.5 / 1.5))

    def test_nothing_is_said_where_nothing_was_done(self):
        taste = view_of(columns_of([Mood.CALM, Mood.SAD])).taste
        for name in ("song", "artist", "sound", "moment", "hour", "fatigue"):
            assert getattr(taste, name).tolist() == [0, 0]
        assert taste.novelty.tolist() == [1, 1]
        assert (taste.last_row, taste.heard_rows) == (-1, ())

    def test_tracks_that_are_gone_are_passed_over(self):
        history = History(listens_of((99, 1, 200)), {98: Rating.BAN}, {97: Mood.SAD}, {96: NOW})
        view = view_of(columns_of([Mood.CALM]), history)
        assert view.taste.song.tolist() == [0]
        assert not view.hearing.labelled.any()


class TestArtists:
    def test_three_early_skips_bring_an_artist_to_a_third_of_its_share(self):
        """Simulated: a listener skips an artist's songs early; how often does the artist come?"""
        columns = columns_of([Mood.CALM] * 60, artists=[f"artist {n % 6}" for n in range(60)])

        def share(history):
            view = view_of(columns, history)
            came = Counter(
                int(view.catalogue.artists[pick.row])
                for seed in range(60)
                for pick in rank(view, CALM, n=10, seed=seed).picks
            )
            return came[0] / came.total()

        before = share(History())
        skips = listens_of(*((track_id, 20, 8, True) for track_id in (1, 7, 13)))
        assert before == pytest.approx(1 / 6, abs=0.03)
        assert share(History(skips)) <= before / 3

    def test_one_skip_is_not_yet_a_verdict(self):
        view = view_of(columns_of([Mood.CALM], artists=["one"]), History(listens_of((1, 1, 8, True))))
        assert -0.35 < view.taste.artist[0] < 0

    def test_names_differ_by_more_than_capitals(self):
        view = view_of(columns_of([Mood.CALM] * 3, artists=["The One", "the one ", ""]))
        assert view.catalogue.artists.tolist() == [0, 0, -1]

    def test_songs_without_an_artist_do_not_share_one(self):
        view = view_of(columns_of([Mood.CALM] * 2, artists=["", ""]), History(ratings={1: Rating.DISLIKE}))
        assert view.taste.artist.tolist() == [0, 0]

    def test_the_hour_of_the_listeners_own_clock_counts(self):
        columns = columns_of([Mood.CALM] * 2, artists=["evening", "morning"])
        at_eight = [(1, 24 * day, 200) for day in range(1, 6)]
        at_six_in_the_morning = [(2, 24 * day + 14, 200) for day in range(1, 6)]
        history = History(listens_of(*at_eight, *at_six_in_the_morning))
        evening, morning = view_of(columns, history).taste.hour
        assert evening > 5 * morning
        elsewhere = NOW.astimezone(timezone(timedelta(hours=10)))  # where it is six in the morning
        evening, morning = taste_of(Catalogue.of(columns), history, elsewhere).hour
        assert morning > 5 * evening


class TestSound:
    def test_songs_that_sound_like_enjoyed_ones_are_nearer_than_like_skipped_ones(self):
        columns = columns_of([*[Mood.CALM] * 4, *[Mood.ANGRY] * 4, *[Mood.SAD] * 4])
        history = History(listens_of((1, 9, 200), (2, 9, 200), (5, 9, 3, True), (6, 9, 3, True)))
        sound = view_of(columns, history).taste.sound
        assert sound[3] > 0.2
        assert sound[7] < 0
        assert abs(sound[11]) < sound[3]

    def test_what_is_enjoyed_now_fades_within_hours(self):
        columns = columns_of([*[Mood.CALM] * 4, *[Mood.ANGRY] * 4])
        moments = [
            view_of(columns, History(listens_of((1, hours, 200)))).taste.moment[1] for hours in (0.1, 1, 2)
        ]
        assert moments[0] > moments[1] > moments[2] == 0

    def test_a_library_without_sounds_has_none(self):
        columns = columns_of([Mood.CALM] * 2, sounds=[[], []])
        view = view_of(columns, History(listens_of((1, 1, 200)), labels={1: Mood.SAD}))
        assert view.taste.sound.tolist() == [0, 0]
        assert ids(view, rank(view, CALM, n=1, seed=1)) == [2]


class TestListens:
    def test_are_added_in_order(self):
        both = listens_of((1, 2, 3.0)).then(listens_of((2, 1, 4.0, True)))
        assert (both.track_ids.tolist(), both.skipped.tolist()) == ([1, 2], [False, True])
        assert len(Listens.of([])) == 0

    def test_the_last_songs_of_this_moment_are_known_by_when_they_were_heard(self):
        history = History(listens_of((3, 0.1, 200), (1, 0.3, 200), (2, 0.2, 200), (4, 9, 200)))
        taste = view_of(columns_of([Mood.CALM] * 4), history).taste
        assert (taste.last_row, taste.heard_rows) == (2, (2, 1, 0))


class TestCatalogue:
    def test_a_change_gives_the_same_columns_as_reading_all_again(self):
        moods = [MOODS[n % 7] for n in range(10)]
        before = Catalogue.of(columns_of(moods, artists=[f"artist {n % 3}" for n in range(10)]))
        changed = columns_of([Mood.SAD, Mood.ANGRY, Mood.CALM], first=9, artists=["artist 1", "new", ""])
        there = np.array([1, 3, 9, 10, 11], np.int64)
        after = before.updated(changed, there)
        assert after.ids.tolist() == there.tolist()
        tops = [MOODS[column] for column in after.moods.argmax(axis=1)]
        assert tops == [moods[0], moods[2], Mood.SAD, Mood.ANGRY, Mood.CALM]
        names = ["" if number < 0 else after.artist_names[number] for number in after.artists]
        assert names == ["artist 0", "artist 2", "artist 1", "new", ""]
        assert after.sounds[0].tolist() == before.sounds[0].tolist()
        assert after.rows([11, 2, 1]).tolist() == [4, -1, 0]

    def test_a_sound_of_another_network_is_no_sound_until_all_are_read_again(self):
        before = Catalogue.of(columns_of([Mood.SAD] * 3 + [Mood.CALM]))
        after = before.updated(columns_of([Mood.SAD], sounds=[[1.0, 2.0]], first=4), before.ids)
        assert after.heard.tolist() == [True, True, True, False]

    def test_sounds_of_another_length_than_most_are_none(self):
        catalogue = Catalogue.of(columns_of([Mood.SAD] * 3, sounds=[[1.0, 0], [0, 1.0], [1.0]]))
        assert catalogue.heard.tolist() == [True, True, False]

    def test_an_empty_library_has_empty_columns_and_grows(self):
        empty = Catalogue.of(columns_of([]))
        assert (len(empty), empty.rows([1, 2]).tolist()) == (0, [-1, -1])

    @pytest.mark.parametrize(
        ("key", "place"),
        [("C major", 0), ("A minor", 0), ("G major", 1), ("F# minor", 3), ("Bb major", 10), ("F major", 11)],
    )
    def test_keys_stand_on_the_circle_of_fifths(self, key, place):
        assert fifths(key) == place

    @pytest.mark.parametrize("key", [None, "", "H major", "C", "C dorian"])
    def test_what_is_no_key_has_no_place(self, key):
        assert fifths(key) == NO_KEY


class TestMoreLikeThis:
    """Three songs: 1 and 2 sound alike, 3 sounds otherwise."""

    COLUMNS = columns_of([Mood.CALM] * 3, sounds=[(1, 0.1), (1, -0.1), (-1, 0)])

    def taste(self, wish, ago, listens=()):
        history = History(listens_of(*listens), wishes={1: (wish, NOW - ago)})
        return view_of(self.COLUMNS, history).taste

    def test_it_turns_the_moment_and_teaches_a_little_for_good(self):
        taste = self.taste(Wish.MORE, timedelta(minutes=1))
        for column in (taste.moment, taste.sound):
            assert column[1] > 0.3
            assert column[2] < -0.3
        assert taste.song.tolist() == [0, 0, 0]
        assert not taste.blocked.any()

    def test_less_is_the_opposite_of_more(self):
        more, less = (self.taste(wish, timedelta(0)) for wish in Wish)
        assert less.moment.tolist() == pytest.approx((-more.moment).tolist())
        assert less.sound.tolist() == pytest.approx((-more.sound).tolist())

    def test_the_moment_passes_and_the_taste_stays(self):
        taste = self.taste(Wish.MORE, timedelta(days=1))
        assert taste.moment[1] == pytest.approx(0, abs=1e-6)
        assert taste.sound[1] > 0.3

    def test_it_outweighs_what_was_played_just_now(self):
        """Ten songs like the third were heard to their end; then the listener wants more like the first."""
        taste = self.taste(Wish.MORE, timedelta(0), [(3, 10 * n / 60, 200) for n in range(1, 7)])
        assert taste.moment[1] > 0 > taste.moment[2]
