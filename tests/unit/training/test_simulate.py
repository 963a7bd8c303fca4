import json

import pytest

from mien.training.simulate import simulate


@pytest.fixture(scope="module")
def seen():
    return simulate(listeners=8, songs=60, blocked=2_000)


def test_three_early_skips_leave_a_third_of_a_disliked_artist(seen):
    assert seen.disliked_share[0] > 0.01
    assert seen.disliked_share[3] <= seen.disliked_share[0] / 3


def test_learning_leaves_less_to_regret_than_drawing_at_random(seen):
    assert seen.regret[-1] < seen.regret_at_random[-1]
    assert len(seen.regret) == 3


def test_banned_songs_and_those_not_for_now_never_come(seen):
    assert seen.blocked >= 2_000
    assert seen.blocked_shown == 0


def test_the_guard_offers_after_sad_runs_and_only_then(seen):
    assert (seen.guard_offered, seen.guard_unasked) == (1.0, 0.0)


def test_the_same_seed_shows_the_same_and_it_is_json():
    first, again = (simulate(listeners=2, songs=20, blocked=10, seed=3) for _ in range(2))
    assert json.loads(json.dumps(first.as_json())) == json.loads(json.dumps(again.as_json()))
