import pickle
import stat

import numpy as np
import pytest

from mien.errors import ArtifactError, ConfigurationError
from mien.recommend import learned as module
from mien.recommend.collaborative import TimedEase
from mien.recommend.learned import identity_of, learn, load, recommender_for, save
from mien.recommend.neighbours import Neighbours

HISTORIES = [[1, 2, 3]] * 4 + [[4, 5]] * 4
SOUND = {n: np.array([1.0, 0.0] if n in {1, 2, 3, 9} else [0.0, 1.0], np.float32) for n in range(1, 10)}


@pytest.fixture
def learned():
    return learn(HISTORIES, SOUND)


@pytest.fixture
def file(tmp_path, learned):
    save(learned, tmp_path / "learned.npz")
    return tmp_path / "learned.npz"


def arrays_of(file):
    with np.load(file) as arrays:
        return dict(arrays)


def test_what_was_saved_is_read_back(file, learned):
    again = load(file)
    assert again.identity == learned.identity
    assert again.scores([1, 4]) == learned.scores([1, 4])


def test_only_its_owner_may_read_it_and_no_draft_is_left(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["learned.npz"]


def test_there_is_nothing_before_anything_was_learned(tmp_path):
    assert load(tmp_path / "none.npz") is None


def test_too_few_listeners_teach_nothing():
    assert learn([[1, 2]] * 2, SOUND) is None
    assert learn([], SOUND) is None


def test_scores_reach_from_nothing_to_the_best_that_was_not_heard(learned):
    scores = learned.scores([1])
    assert max(scores[2], scores[3]) == 1.0
    assert min(scores.values()) >= 0.0
    assert max(scores.values()) == 1.0


def test_nothing_is_said_to_who_heard_nothing_known(learned):
    assert learned.scores([]) == {}
    assert learned.scores([8, 77]) == {}


def test_what_nobody_heard_takes_half_of_what_sounds_like_it(learned):
    scores = learned.scores([1, 2])
    assert scores[9] > 0.2
    assert scores[6] < 0.05


def test_a_library_without_known_sounds_has_no_second_hand_scores():
    assert set(learn(HISTORIES, {}).scores([1])) == {1, 2, 3, 4, 5}


def test_the_identity_tells_listens_and_library_apart_but_not_who_came_first():
    assert identity_of(HISTORIES, [1]) == identity_of(HISTORIES[::-1], [1])
    assert identity_of(HISTORIES, [1]) != identity_of(HISTORIES[:-1], [1])
    assert identity_of(HISTORIES, [1]) != identity_of(HISTORIES, [1, 2])
    assert identity_of([[1, 2]], []) != identity_of([[1], [2]], [])


@pytest.mark.parametrize(
    "harm",
    [
        {"version": np.array(99)},
        {"tracks": np.array([1.5, 2.5])},
        {"to_0": np.full((5, 5), 5, np.int32)},
        {"to_0": np.full((5, 5), -1, np.int32)},
        {"to_0": np.zeros((5, 4), np.int32)},
        {"weights_1": np.full((5, 5), np.nan, np.float32)},
        {"decays": np.array([1.0, 2.0])},
        {"likeness": np.zeros((1, 1), np.float32)},
        {"to_1": None},
    ],
    ids=str,
)
def test_a_file_that_does_not_fit_is_refused(file, harm):
    arrays = {name: array for name, array in (arrays_of(file) | harm).items() if array is not None}
    np.savez(file, **arrays)
    with pytest.raises(ArtifactError, match="damaged or of another version"):
        load(file)


def test_a_pickle_is_never_opened(file):
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("code of the file was run",))

    np.savez(file, **(arrays_of(file) | {"tracks": np.array([Harm()], object)}))
    with pytest.raises(ArtifactError):
        load(file)
    file.write_bytes(pickle.dumps(Harm()))
    with pytest.raises(ArtifactError):
        load(file)


def test_a_file_that_was_cut_short_is_refused(file):
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ArtifactError):
        load(file)


def test_a_file_larger_than_any_is_not_read(file, monkeypatch):
    monkeypatch.setattr(module, "_LARGEST_BYTES", 100)
    with pytest.raises(ArtifactError):
        load(file)


def test_a_folder_that_is_not_there_is_named(learned, tmp_path):
    with pytest.raises(ArtifactError, match=r"cannot write .*nowhere"):
        save(learned, tmp_path / "nowhere" / "learned.npz")


def test_the_number_of_tracks_decides_how_it_learns(monkeypatch):
    assert recommender_for(10_000) == TimedEase()
    assert recommender_for(20_000) == TimedEase()
    assert recommender_for(20_001) == Neighbours()
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"mien\[collaborative\]"):
        recommender_for(20_001)
