"""What every way to learn from listeners must do, on planted tastes."""

import numpy as np
import pytest

from mien.recommend.collaborative import Ease, TimedEase
from mien.recommend.neighbours import Neighbours
from mien.training.recommend_baselines import Als, ItemNeighbours

# Three worlds of twelve tracks each; everyone hears nine of one world and nothing of the others.
WORLDS = [np.arange(100 * world, 100 * world + 12) for world in (1, 2, 3)]


def planted(listeners=60, seed=3):
    rng = np.random.default_rng(seed)
    return [rng.permutation(WORLDS[n % 3])[:9].tolist() for n in range(listeners)]


@pytest.fixture(
    params=[Ease(), TimedEase(), Neighbours(), ItemNeighbours(), Als(factors=4)],
    ids=lambda recommender: type(recommender).__name__,
)
def recommender(request):
    return request.param


def best_unheard(fitted, history, n):
    scores = dict(zip(fitted.tracks.tolist(), fitted.scores(history).tolist(), strict=True))
    return sorted(set(scores) - set(history), key=scores.__getitem__, reverse=True)[:n]


def test_the_best_of_what_was_not_heard_is_of_the_same_world(recommender):
    histories = planted()
    fitted = recommender.fit(histories)
    for history in histories[:6]:
        rest = set(WORLDS[history[0] // 100 - 1].tolist()) - set(history)
        assert set(best_unheard(fitted, history, len(rest))) == rest


def test_it_knows_every_track_that_was_heard_in_ascending_order(recommender):
    fitted = recommender.fit(planted())
    assert fitted.tracks.tolist() == np.concatenate(WORLDS).tolist()


def test_there_is_a_finite_score_for_each_track(recommender):
    histories = planted()
    fitted = recommender.fit(histories)
    scores = fitted.scores(histories[0])
    assert (scores.shape, scores.dtype) == (fitted.tracks.shape, np.float32)
    assert np.isfinite(scores).all()


def test_tracks_that_it_does_not_know_are_passed_over(recommender):
    history = planted()[0]
    fitted = recommender.fit(planted())
    assert fitted.scores([7, *history, 99_999]).tolist() == fitted.scores(history).tolist()


def test_the_same_histories_give_the_same(recommender):
    histories = planted()
    first, again = recommender.fit(histories), recommender.fit(histories)
    assert first.scores(histories[1]).tolist() == again.scores(histories[1]).tolist()


def test_a_history_of_nothing_known_favours_no_world(recommender):
    scores = recommender.fit(planted()).scores([])
    means = [scores[12 * world : 12 * world + 12].mean() for world in range(3)]
    assert np.ptp(means) <= 0.1 * max(1.0, np.ptp(scores))


def test_a_history_with_repeats_counts_each_track_once(recommender):
    histories = planted()
    doubled = [[*history[:2], *history] for history in histories]
    once, twice = recommender.fit(histories), recommender.fit(doubled)
    assert best_unheard(once, histories[0], 3) == best_unheard(twice, histories[0], 3)
