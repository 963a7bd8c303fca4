"""How good recommenders are on listens that lie in the past: every track is ranked, none is left out.

A case is what somebody had heard and what they heard next. Tracks of the history are never ranked; the others
all are. A target that a recommender does not know counts as not found. Ties go against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.recommend.collaborative import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.recommend.collaborative import Fitted, Recommender

TOP = 10
_WIDER_TOP = 20
_RESAMPLES = 2_000
_TAIL = 0.2
_FOLDS = 5
_LEAST_HEARD = 3
_BEHIND_ALL = 1e9


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to predict.

    Attributes:
        history: what was heard, the longest ago first.
        targets: what was heard next; none of it is in the history.
    """

    history: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """What may be learned from and what is asked.

    Attributes:
        histories: to learn from; what is asked is in none of them.
        cases: one a listener.
    """

    histories: tuple[tuple[int, ...], ...]
    cases: tuple[Case, ...]


def leave_last(histories: Sequence[Sequence[int]]) -> Split:
    """Each listener's last track is asked, after everything before it."""
    known = [tuple(history) for history in histories if len(history) >= _LEAST_HEARD]
    cases = tuple(Case(history[:-1], history[-1:]) for history in known)
    return Split(tuple(case.history for case in cases), cases)


def leave_tail(histories: Sequence[Sequence[int]]) -> Split:
    """The last fifth of what each listener heard is asked, after the rest."""
    cases = []
    for history in histories:
        if len(history) >= _LEAST_HEARD:
            cut = min(len(history) - 1, max(1, round(len(history) * (1 - _TAIL))))
            cases.append(Case(tuple(history[:cut]), tuple(history[cut:])))
    return Split(tuple(case.history for case in cases), tuple(cases))


def leave_listeners(histories: Sequence[Sequence[int]]) -> list[Split]:
    """Five parts of the listeners in turn: their last tracks are asked, after learning from the others."""
    known = [tuple(history) for history in histories if len(history) >= _LEAST_HEARD]
    part = np.random.default_rng(0).permutation(len(known)) % _FOLDS
    splits = []
    for fold in range(min(_FOLDS, len(known))):
        others = tuple(history for history, of in zip(known, part, strict=True) if of != fold)
        asked = [history for history, of in zip(known, part, strict=True) if of == fold]
        splits.append(Split(others, tuple(Case(history[:-1], history[-1:]) for history in asked)))
    return splits


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of the tracks besides who heard them.

    Attributes:
        popularity: how many histories each track is in, by its number.
        heard_by: for each track the listeners (numbers of no meaning) who heard it.
        listeners: how many histories there are.
        moods: a mood's name for each track; empty where none are known.
    """

    popularity: Mapping[int, int]
    heard_by: Mapping[int, frozenset[int]]
    listeners: int
    moods: Mapping[int, str]

    @classmethod
    def of(cls, split: Split, moods: Mapping[int, str]) -> Catalogue:
        """From what may be learned from."""
        heard_by: dict[int, set[int]] = {}
        for listener, history in enumerate(split.histories):
            for track in history:
                heard_by.setdefault(track, set()).add(listener)
        popularity = {track: len(listeners) for track, listeners in heard_by.items()}
        heard = {track: frozenset(of) for track, of in heard_by.items()}
        return cls(popularity, heard, len(split.histories), moods)


@dataclass(frozen=True, slots=True)
class RankingScores:
    """How good a recommender is.

    Attributes:
        name: of the recommender.
        means: by the name of each measure: recall@10, ndcg@10, recall@20, mrr, coverage (share of all tracks
            that are in anyone's first ten), novelty (mean surprise of the first ten, in bits), diversity (1
            less the mean Jaccard overlap of who heard two of the first ten), mood fit (share of the first ten
            in the mood of what was heard next; absent where no moods are known).
        intervals: 95% of bootstrap resamples of the listeners, for means over listeners.
        listeners: how many were asked.
    """

    name: str
    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    listeners: int

    def as_json(self) -> dict[str, Any]:
        """For programs and reports."""
        return {
            "name": self.name,
            "listeners": self.listeners,
            **{name: round(value, 5) for name, value in self.means.items()},
            "intervals": {name: [round(end, 5) for end in ends] for name, ends in self.intervals.items()},
        }


def score_recommender(
    name: str,
    make: Callable[[], Recommender[Fitted]],
    splits: Sequence[Split],
    moods: Mapping[int, str] | None = None,
    *,
    within_mood: bool = False,
) -> RankingScores:
    """Learn and ask, split after split.

    Args:
        name: how to call it.
        make: makes the recommender.
        splits: each is learned from and asked apart; the listeners of all are counted together.
        moods: a mood's name for each track, where known.
        within_mood: tell it the mood of what was heard next, and rank the tracks of that mood first.
    """
    each: list[dict[str, float]] = []
    shown: set[int] = set()
    every: set[int] = set()
    for split in splits:
        fitted = make().fit(split.histories)
        catalogue = Catalogue.of(split, moods or {})
        every |= set(catalogue.popularity)
        for case in split.cases:
            first, ranks = ranked(fitted, case, catalogue.moods if within_mood else None)
            shown |= set(first[:TOP])
            each.append({**_found(ranks, len(case.targets)), **_of_list(first[:TOP], case, catalogue)})
    means, intervals = _summary(each)
    means["coverage"] = len(shown & every) / max(1, len(every))
    return RankingScores(name, means, intervals, len(each))


def ranked(
    fitted: Fitted, case: Case, within: Mapping[int, str] | None = None
) -> tuple[list[int], list[int]]:
    """The first twenty tracks, and the rank of each target that is known (0 is the first).

    With the tracks' moods, those in the mood of the first target come before all others.
    """
    scores = fitted.scores(case.history).astype(np.float64)
    if within is not None:
        mood = within.get(case.targets[0])
        others = np.array([within.get(track) != mood for track in fitted.tracks.tolist()], bool)
        scores[others] -= _BEHIND_ALL
    scores[rows_of(fitted.tracks, case.history)] = -np.inf
    kept = min(_WIDER_TOP, int(np.isfinite(scores).sum()))
    # By score, and by number among equals, so that the same data give the same list.
    order = np.lexsort((fitted.tracks, -scores))[:kept] if kept else np.array([], np.intp)
    targets = scores[rows_of(fitted.tracks, case.targets)]
    ranks = [int(np.count_nonzero(scores >= target)) - 1 for target in targets]
    return fitted.tracks[order].tolist(), _apart(sorted(ranks), targets)


def _apart(ranks: list[int], targets: NDArray[np.float64]) -> list[int]:
    """Targets with one score share the worst rank among them; each gets a rank of its own."""
    taken: list[int] = []
    for rank in reversed(ranks):
        taken.append(rank if not taken or rank < taken[-1] else taken[-1] - 1)
    return [max(0, rank) for rank in reversed(taken)] if len(targets) else []


def _found(ranks: Sequence[int], asked: int) -> dict[str, float]:
    gains = [1.0 / np.log2(rank + 2) for rank in ranks if rank < TOP]
    ideal = sum(1.0 / np.log2(rank + 2) for rank in range(min(asked, TOP)))
    return {
        f"recall@{TOP}": sum(rank < TOP for rank in ranks) / min(asked, TOP),
        f"ndcg@{TOP}": float(sum(gains) / ideal),
        f"recall@{_WIDER_TOP}": sum(rank < _WIDER_TOP for rank in ranks) / min(asked, _WIDER_TOP),
        "mrr": 1.0 / (min(ranks) + 1) if ranks else 0.0,
    }


def _of_list(first: Sequence[int], case: Case, catalogue: Catalogue) -> dict[str, float]:
    """What the first ten are like, whether or not they were found."""
    if not first:
        return {}
    surprise = [-np.log2(catalogue.popularity.get(track, 1) / catalogue.listeners) for track in first]
    measures = {"novelty": float(np.mean(surprise))}
    listeners = [catalogue.heard_by.get(track, frozenset()) for track in first]
    overlaps = [len(one & other) / max(1, len(one | other)) for one, other in combinations(listeners, 2)]
    if overlaps:
        measures["diversity"] = 1.0 - float(np.mean(overlaps))
    wanted = [catalogue.moods[target] for target in case.targets if target in catalogue.moods]
    if wanted:
        measures["mood fit"] = float(
            np.mean([catalogue.moods.get(track) == mood for track in first for mood in wanted])
        )
    return measures


def _summary(
    each: Sequence[Mapping[str, float]],
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Means over listeners and their bootstrap intervals."""
    means, intervals = {}, {}
    for name in dict.fromkeys(name for one in each for name in one):
        values = np.array([one[name] for one in each if name in one])
        means[name] = float(values.mean())
        intervals[name] = bootstrap(values)
    return means, intervals


def bootstrap(values: NDArray[np.float64], resamples: int = _RESAMPLES) -> tuple[float, float]:
    """The middle 95% of the means of resamples, drawn from one value a listener; the same each time."""
    rng = np.random.default_rng(0)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(resamples)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def bootstrap_of_groups(values: NDArray[np.float64], groups: NDArray[np.intp]) -> tuple[float, float]:
    """As :func:`bootstrap`, of means over values when whole groups of them are drawn."""
    _, of = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(of, values), np.bincount(of)
    drawn = np.random.default_rng(0).integers(0, len(sums), (_RESAMPLES, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)
