import numpy as np
import pytest
from made_library import MOODS, columns_of, view_of

from mien.domain import Mood
from mien.recommend.catalogue import Catalogue
from mien.recommend.personal import hearing, neighbours
from mien.recommend.taste import History

TENDER, CALM = MOODS.index(Mood.TENDER), MOODS.index(Mood.CALM)


def sounds_of(groups, seed=3):
    """A direction a group, and a little of its own a song."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(max(groups) + 1, 24))
    return [places[group] + 0.15 * rng.normal(size=24) for group in groups]


@pytest.fixture
def library():
    """Thirty songs that the network hears as calm, of three sounds: 1-10, 11-20, 21-30."""
    groups = [n // 10 for n in range(30)]
    return columns_of([Mood.CALM] * 30, probability=0.5, sounds=sounds_of(groups))


def heard(columns, **labels):
    return view_of(columns, History(labels={int(n[1:]): mood for n, mood in labels.items()})).hearing


class TestALabel:
    def test_moves_its_song_for_certain(self, library):
        said = heard(library, t1=Mood.TENDER)
        assert said.moods[0].tolist() == [float(mood is Mood.TENDER) for mood in MOODS]
        assert said.labelled.tolist() == [True] + [False] * 29
        assert said.certain[0]

    def test_teaches_songs_that_sound_like_it_and_not_the_others(self, library):
        before, after = heard(library), heard(library, t1=Mood.TENDER, t2=Mood.TENDER)
        assert (after.moods[2:10, TENDER] > 0.4).all()
        assert {MOODS[top] for top in after.tops[2:10]} == {Mood.TENDER}
        assert np.abs(after.moods[10:] - before.moods[10:]).max() < 0.05
        assert {MOODS[top] for top in after.tops[10:]} == {Mood.CALM}

    def test_moves_them_on_the_plane_too(self, library):
        before, after = heard(library), heard(library, t1=Mood.ANGRY, t2=Mood.ANGRY)
        assert (after.plane[2:10, 1] > before.plane[2:10, 1] + 0.3).all()
        assert np.abs(after.plane).max() <= 1

    def test_more_labels_teach_more(self, library):
        shares = [
            heard(library, **{f"t{n}": Mood.TENDER for n in range(1, count + 1)}).moods[9, TENDER]
            for count in (1, 3, 6)
        ]
        assert shares == sorted(shares)
        assert shares[2] > shares[0] + 0.1

    def test_that_agrees_with_the_network_makes_it_surer(self, library):
        after = heard(library, t1=Mood.CALM)
        assert (after.moods[1:10, CALM] > 0.5).all()
        assert after.moods.sum(axis=1) == pytest.approx(np.ones(30), abs=1e-5)

    def test_taken_back_restores_exactly(self, library):
        catalogue = Catalogue.of(library)
        labels = {1: Mood.TENDER, 15: Mood.SAD}
        taught = {n: neighbours(catalogue, n - 1) for n in (1, 2, 15)}
        before = hearing(catalogue, labels, taught)
        hearing(catalogue, {**labels, 2: Mood.ANGRY}, taught)
        after = hearing(catalogue, labels, taught)
        for name in ("moods", "plane", "certain", "labelled", "tops"):
            assert getattr(after, name).tobytes() == getattr(before, name).tobytes()

    def test_the_order_in_which_labels_were_given_does_not_matter(self, library):
        one = heard(library, t1=Mood.TENDER, t2=Mood.SAD)
        other = heard(library, t2=Mood.SAD, t1=Mood.TENDER)
        assert one.moods.tobytes() == other.moods.tobytes()

    def test_without_any_the_networks_word_stands(self, library):
        assert heard(library).moods is not None
        assert heard(library).moods.tobytes() == library.moods.tobytes()

    def test_predicts_the_listeners_other_labels_better_than_the_network(self):
        """Half of the sounds are tender to the listener; a fifth of the songs are labelled."""
        rng = np.random.default_rng(5)
        groups = rng.integers(8, size=200)
        truth = [Mood.TENDER if group < 4 else Mood.CALM for group in groups]
        columns = columns_of([Mood.CALM] * 200, probability=0.5, sounds=sounds_of(groups))
        labels = {n + 1: truth[n] for n in range(40)}
        after = view_of(columns, History(labels=labels)).hearing
        right = np.mean([MOODS[after.tops[n]] is truth[n] for n in range(40, 200)])
        network = np.mean([truth[n] is Mood.CALM for n in range(40, 200)])
        assert network < 0.6
        assert right > 0.95


def test_the_listeners_use_of_words_shows_everywhere_after_many_labels():
    """Who calls everything tender means that of songs that sound like nothing labelled so far, too."""
    rng = np.random.default_rng(6)
    columns = columns_of([Mood.CALM] * 60, probability=0.4, sounds=rng.normal(size=(60, 64)))
    columns.moods[:, TENDER] = 0.35
    columns.moods[:] /= columns.moods.sum(axis=1, keepdims=True)
    after = view_of(columns, History(labels=dict.fromkeys(range(1, 31), Mood.TENDER))).hearing
    assert np.mean(after.tops[30:] == TENDER) > 0.9
