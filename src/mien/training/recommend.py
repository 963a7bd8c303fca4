"""``mien evaluate recommend``: the ways to recommend side by side, on data or on one's own history."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mien.domain import Mood
from mien.errors import DatasetError
from mien.recommend.collaborative import Ease, TimedEase
from mien.recommend.neighbours import Neighbours
from mien.training.ranking import (
    RankingScores,
    Split,
    leave_last,
    leave_listeners,
    leave_tail,
    score_recommender,
)
from mien.training.recommend_baselines import Als, Bpr, ItemNeighbours, Popular, Random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mien.domain import Listener
    from mien.recommend.collaborative import Fitted, Recommender
    from mien.store import Store

    Maker = Callable[[], Recommender[Fitted]]

SPLITS = ("last", "tail", "listeners")
_SEQUENCE_COLUMNS = {"user", "item", "order"}
_LEAST_LISTENERS_FOR_OTHERS = 2
# Where there is nothing to keep from anybody every pair counts.
_OPEN = Ease(regularisation=200.0, least_listeners=1, quietening=0.0)
_OPEN_TIMED = TimedEase(Ease(least_listeners=1))


@dataclass(frozen=True, slots=True)
class Listening:
    """Who heard what.

    Attributes:
        name: what to call it.
        histories: each listener's tracks, each once, the longest ago first.
        moods: a mood's name for each track, where known.
    """

    name: str
    histories: tuple[tuple[int, ...], ...]
    moods: Mapping[int, str] = field(default_factory=dict)


def read_sequences(file: Path, *, part: str = "test") -> Listening:
    """Read a table of listens: ``user,item,order`` and, where it says so, ``split``.

    Args:
        file: CSV.
        part: ``test``, or ``valid`` to leave out what is marked as test.

    Raises:
        DatasetError: it is not such a table.
    """
    rows: dict[str, list[tuple[float, int]]] = {}
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            table = csv.DictReader(stream)
            if not set(table.fieldnames or ()) >= _SEQUENCE_COLUMNS:
                raise DatasetError(f"{file} has not the columns user, item and order")
            for row in table:
                if part == "valid" and row.get("split") == "test":
                    continue
                rows.setdefault(row["user"], []).append((float(row["order"]), int(row["item"])))
    except OSError as error:
        raise DatasetError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, TypeError, csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"{file} is not a table of whole numbers: {error}") from None
    return Listening(file.stem, tuple(_once(items) for items in rows.values()))


def read_export(file: Path) -> Listening:
    """Read what ``mien export`` wrote: one listener's listens, and the moods that the songs have for them.

    Raises:
        DatasetError: it is not such a file.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        tracks = {track["path"]: number for number, track in enumerate(content["tracks"])}
        moods = {
            tracks[track["path"]]: str(track["mood"]) for track in content["tracks"] if track.get("mood")
        }
        listens = [(str(listen["started_at"]), tracks[listen["path"]]) for listen in content["listens"]]
    except OSError as error:
        raise DatasetError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DatasetError(f"{file} is not what mien export writes") from None
    ordered = [track for _, track in sorted(listens)]
    return Listening(file.stem, (_last_times(ordered),), moods)


def from_store(store: Store, listener: Listener) -> Listening:
    """The listens of everyone who takes part in learning from each other, and of one listener."""
    histories = store.collaborators.histories()
    if not store.collaborators.has(listener):
        histories.append(store.collaborators.history(listener))
    columns = store.columns.read()
    names = [str(mood) for mood in Mood]
    tops = columns.moods.argmax(axis=1).tolist() if len(columns.ids) else []
    moods = {track: names[top] for track, top in zip(columns.ids.tolist(), tops, strict=True)}
    return Listening("this library", tuple(map(tuple, histories)), moods)


def compare(listening: Listening, split: str) -> Iterator[RankingScores]:
    """Score every way to recommend that this data allows, one after the other, the plain ones first.

    Args:
        listening: the data.
        split: ``last`` (each listener's last track), ``tail`` (their last fifth) or ``listeners`` (the last
            tracks of listeners whom nothing was learned from).
    """
    splits = _splits(listening, split)
    if not any(each.cases for each in splits):
        raise DatasetError(
            f"{listening.name}: nobody heard three different songs, so there is nothing to ask"
        )
    for name, make, within_mood in _recommenders(listening):
        if isinstance(make(), Bpr) and split == "listeners":
            continue  # it knows only listeners that it learned from
        yield score_recommender(name, make, splits, listening.moods, within_mood=within_mood)


def _recommenders(listening: Listening) -> Iterator[tuple[str, Maker, bool]]:
    """Name, recommender, and whether it is told the mood."""
    yield "random", Random, False
    yield "popular", Popular, False
    if listening.moods:
        yield "random in the mood's class (the paper)", Random, True
        yield "popular within the mood", Popular, True
    if len(listening.histories) < _LEAST_LISTENERS_FOR_OTHERS:
        return
    yield "item neighbours (cosine)", ItemNeighbours, False
    if find_spec("implicit") is not None:
        yield "BM25 neighbours", lambda: Neighbours(least_listeners=1), False
        yield "ALS", Als, False
        yield "BPR", Bpr, False
    yield "EASE", lambda: _OPEN, False
    yield "EASE + time", lambda: _OPEN_TIMED, False
    yield "EASE + time as a server learns (pairs of 3)", TimedEase, False
    if listening.moods:
        yield "EASE + time within the mood", lambda: _OPEN_TIMED, True


def _splits(listening: Listening, split: str) -> list[Split]:
    if split == "last":
        return [leave_last(listening.histories)]
    if split == "tail":
        return [leave_tail(listening.histories)]
    return leave_listeners(listening.histories)


def _once(items: Sequence[tuple[float, int]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(track for _, track in sorted(items)))


def _last_times(tracks: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(reversed(tracks)))[::-1]


def as_json(listening: Listening, split: str, scores: Sequence[RankingScores]) -> dict[str, Any]:
    """For programs."""
    return {
        "data": listening.name,
        "split": split,
        "listeners": len(listening.histories),
        "tracks": len({track for history in listening.histories for track in history}),
        "recommenders": [each.as_json() for each in scores],
    }
