"""Which song's label would teach most (active learning), and when it is time to ask."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.recommend.personal import LEAST_ALIKE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mien.recommend.taste import History
    from mien.recommend.view import View

LEAST_BETWEEN_S = 20 * 3600.0
LEAST_LISTENS_BETWEEN = 8
_CANDIDATES = 200
_SAMPLE = 2_000
_MOST_SKIPPED = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked before.

    Attributes:
        at_s: when the last question was asked, Unix time; 0 when none was.
        skipped: tracks that the listener did not want to be asked about.
    """

    at_s: float = 0.0
    skipped: tuple[int, ...] = ()

    def is_time(self, history: History, now: datetime) -> bool:
        """Whether to ask: not for a day after the last question, and only someone who listens."""
        since = int(np.count_nonzero(history.listens.started_at_s > self.at_s))
        return now.timestamp() - self.at_s >= LEAST_BETWEEN_S and since >= LEAST_LISTENS_BETWEEN

    def at_moment(self, now: datetime) -> Asked:
        """After a question was asked."""
        return replace(self, at_s=now.timestamp())

    def without(self, track_id: int) -> Asked:
        """After a question was skipped."""
        rest = [number for number in self.skipped if number != track_id]
        return replace(self, skipped=(*rest, track_id)[-_MOST_SKIPPED:])

    def to_json(self) -> dict[str, Any]:
        """For the store."""
        return {"at_s": self.at_s, "skipped": list(self.skipped)}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Asked:
        """What :meth:`to_json` gave."""
        return cls(float(values.get("at_s", 0.0)), tuple(int(i) for i in values.get("skipped", ())))


def most_telling(view: View, history: History, asked: Asked) -> int | None:
    """The row of the song whose label would teach most; None when there is none to ask about.

    That is the product of how unsure its mood is (entropy), how many songs sound like it (in a sample of the
    library), and how much the listener has to do with it (songs that they play are worth knowing, and can be
    answered without listening again).
    """
    catalogue, hearing, taste = view.catalogue, view.hearing, view.taste
    askable = ~hearing.labelled & ~taste.blocked & catalogue.heard & (taste.novelty == 0)
    skipped = catalogue.rows(asked.skipped)
    askable[skipped[skipped >= 0]] = False
    rows = np.flatnonzero(askable)
    if not len(rows):
        return None
    moods = np.maximum(hearing.moods[rows], 1e-9)
    unsure = -(moods * np.log(moods)).sum(axis=1) / math.log(moods.shape[1])
    played = catalogue.rows_of(history.listens.track_ids)
    plays = np.bincount(played[played >= 0], minlength=len(catalogue))[rows]
    interest = np.log1p(plays) * (1.0 + np.maximum(taste.song[rows], 0))
    value = unsure * interest
    best = np.argsort(-value, kind="stable")[:_CANDIDATES]
    step = max(1, len(catalogue) // _SAMPLE)
    alike = catalogue.sounds[rows[best]] @ catalogue.sounds[::step].T
    density = np.clip(alike - LEAST_ALIKE, 0, None).sum(axis=1)
    return int(rows[best][np.argmax(value[best] * (0.1 + density))])
