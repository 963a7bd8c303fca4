import numpy as np
import pytest

from mien.recommend import collaborative
from mien.recommend.collaborative import Ease, LinkedTracks, Links, TimedEase, rows_of, shared_tracks
from mien.recommend.neighbours import Neighbours

PRIVATE = [Ease(), TimedEase(), Neighbours()]


def link(fitted, one, other):
    """What hearing one track says of the other."""
    return fitted.scores([one])[fitted.tracks.tolist().index(other)]


def circles(*, bridges):
    """Five listeners of 1, 2, 3 and five of 4, 5, 6; so many of the first heard 4 as well."""
    return [[1, 2, 3, *([4] if n < bridges else [])] for n in range(5)] + [[4, 5, 6]] * 5


@pytest.mark.parametrize("recommender", PRIVATE, ids=lambda it: type(it).__name__)
class TestPrivacy:
    def test_what_two_listeners_share_is_struck_out(self, recommender):
        assert link(recommender.fit(circles(bridges=2)), 3, 4) == 0.0
        assert link(recommender.fit(circles(bridges=2)), 1, 5) == 0.0

    def test_what_three_listeners_share_counts(self, recommender):
        assert link(recommender.fit(circles(bridges=3)), 3, 4) != 0.0

    def test_a_track_that_two_heard_is_not_known(self, recommender):
        fitted = recommender.fit([[1, 2, 3]] * 5 + [[1, 2, 3, 77]] * 2)
        assert 77 not in fitted.tracks.tolist()

    def test_two_listeners_teach_nothing(self, recommender):
        assert recommender.fit([[1, 2, 3], [1, 2, 3]]).tracks.size == 0

    def test_nobody_teaches_nothing(self, recommender):
        fitted = recommender.fit([])
        assert fitted.scores([1]).size == 0


def test_ease_is_the_closed_form():
    rng = np.random.default_rng(0)
    histories = [rng.permutation(40)[: rng.integers(5, 30)].tolist() for _ in range(200)]
    fitted = Ease(regularisation=7.0, least_listeners=1).fit(histories)
    heard = np.zeros((200, 40))
    for listener, history in enumerate(histories):
        heard[listener, history] = len(history) ** -0.25
    inverse = np.linalg.inv(heard.T @ heard + 7.0 * np.eye(40))
    links = -inverse / np.diag(inverse)
    np.fill_diagonal(links, 0.0)
    assert fitted.scores([3, 9]) == pytest.approx((links[3] + links[9]) / np.sqrt(2), abs=1e-5)


def test_only_the_part_that_sees_order_knows_what_comes_next():
    histories = [[n % 10, (n + 1) % 10, (n + 2) % 10] for n in range(40)]  # ever onward around a ring
    timed, blind = TimedEase().fit(histories), Ease().fit(histories)
    assert link(timed, 5, 6) > link(timed, 5, 4)
    assert link(blind, 5, 6) == pytest.approx(link(blind, 5, 4), abs=1e-6)


def test_what_was_heard_last_says_most_of_what_comes_next():
    histories = [[1, 2], [3, 4]] * 10 + [[1, 3, 2, 4], [3, 1, 4, 2]] * 3
    fitted = TimedEase().fit(histories)
    one, three = fitted.scores([3, 1]), fitted.scores([1, 3])
    column = fitted.tracks.tolist().index
    assert one[column(2)] > three[column(2)]
    assert three[column(4)] > one[column(4)]


def test_inverting_by_halves_is_inverting():
    rng = np.random.default_rng(1)
    heard = rng.random((900, 2500), np.float32)
    matrix = heard.T @ heard / 100 + 30 * np.eye(2500, dtype=np.float32)
    inverse = matrix.copy()
    collaborative._invert(inverse)
    assert np.abs(inverse @ matrix - np.eye(2500)).max() < 1e-3


def test_a_matrix_that_is_not_positive_definite_gets_a_larger_ridge():
    indefinite = np.array([[1, 5], [5, 1]], np.float32)
    inverse = collaborative._inverse_of_ridge(indefinite.copy, 1.0)
    # 1 and 2 leave an eigenvalue of -3 and -2 on the way; 8 is the first of 1, 2, 4, 8 that does not.
    assert inverse == pytest.approx(np.linalg.inv(indefinite + 8 * np.eye(2)), abs=1e-6)


def test_one_listener_who_hears_everything_does_not_drown_the_others():
    rng = np.random.default_rng(2)
    histories = [[1, 2], [3, 4]] * 6 + [rng.permutation(np.arange(1, 400)).tolist() for _ in range(3)]
    fitted = Ease().fit(histories)
    assert link(fitted, 1, 2) > 2 * link(fitted, 1, 300)


def test_repeats_count_where_they_were_last_and_lone_tracks_not_at_all():
    tracks, rows = shared_tracks([[5, 6, 5], [6, 5], [9]], 2)
    assert tracks.tolist() == [5, 6]
    assert [row.tolist() for row in rows] == [[1, 0], [1, 0]]


def test_rows_are_where_tracks_stand():
    assert rows_of(np.array([2, 5, 9]), [9, 1, 2, 10]).tolist() == [2, 0]
    assert rows_of(np.array([], np.int64), [9]).size == 0


def test_only_the_newest_of_a_very_long_history_speak(monkeypatch):
    monkeypatch.setattr(collaborative, "MOST_OF_ONE_LISTENER", 2)
    to, weights = np.array([[1], [2], [0]], np.int32), np.ones((3, 1), np.float32)
    linked = LinkedTracks(np.array([1, 2, 3]), (Links(to, weights, 1.0),))
    assert linked.scores([1, 2, 3]) == pytest.approx(np.array([1, 0, 1]) / np.sqrt(2))
