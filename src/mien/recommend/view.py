"""The library as one listener hears it at a moment: what everything that chooses songs looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue
    from mien.recommend.personal import Hearing
    from mien.recommend.taste import Taste


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The library as one listener hears it at a moment.

    Attributes:
        catalogue: the library.
        hearing: its moods as they hear them.
        taste: what they think of it.
        others: what listeners with a like taste think of it, 0 to 1, ``[n]``; None where nobody takes part.
    """

    catalogue: Catalogue
    hearing: Hearing
    taste: Taste
    others: NDArray[np.float32] | None = None


def others_column(catalogue: Catalogue, scores: Mapping[int, float] | None) -> NDArray[np.float32] | None:
    """Scores by track number as a column of 0 (unknown, or the lowest) to 1 (the highest)."""
    if not scores:
        return None
    rows = catalogue.rows(scores)
    values = np.fromiter(scores.values(), np.float64, len(scores))
    there = (rows >= 0) & np.isfinite(values)
    column = np.zeros(len(catalogue), np.float32)
    highest = values[there].max(initial=0.0)
    if highest > 0:
        column[rows[there]] = np.maximum(values[there] / highest, 0.0)
    return column
