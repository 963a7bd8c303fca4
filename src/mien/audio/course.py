"""A song over time: windows kept few, how mixed its moods are, and where it is most intense."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from mien.audio.features import Window, merge
from mien.audio.loudness import STEPS_PER_S
from mien.domain import Mood

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from mien.domain import MoodSegment

# Half an hour of windows of 10 s; of what is longer, the windows grow instead.
MOST_WINDOWS = 180
PREVIEW_S = 30.0
_DB_A_STEP_OF_AROUSAL = 10.0  # as much louder makes as much of intensity as an arousal higher by 1
_LEAD_IN_S = 5.0
_RISE_S = 2.0
_FAINTEST_LUFS = -70.0


def coarsened(windows: Iterable[Window], most: int = MOST_WINDOWS) -> list[Window]:
    """At most ``most`` (even) windows in order, so that a file of any length takes bounded memory.

    Whenever there are too many, each two neighbours become one, and so do those that follow.
    """
    kept: list[Window] = []
    group: list[Window] = []
    size = 1
    for window in windows:
        group.append(window)
        if len(group) < size:
            continue
        if len(kept) == most:
            kept = [joined(kept[i : i + 2]) for i in range(0, most, 2)]
            size *= 2
            if len(group) < size:
                continue
        kept.append(joined(group))
        group = []
    return [*kept, joined(group)] if group else kept


def joined(windows: Sequence[Window]) -> Window:
    """Windows that follow one another as one."""
    if len(windows) == 1:
        return windows[0]
    sounds = [window.sound for window in windows if window.sound is not None]
    return Window(windows[0].start_s, windows[-1].end_s, merge(sounds) if sounds else None)


def mixed(curve: Sequence[MoodSegment]) -> float:
    """How mixed the moods of a curve are: 0 where one lasts all along, 1 where all seven last as long.

    The entropy of the shares of time in which each mood is the likeliest, against that of equal shares.
    """
    lasts: defaultdict[Mood, float] = defaultdict(float)
    for segment in curve:
        lasts[segment.mood] += segment.end_s - segment.start_s
    total = sum(lasts.values())
    shares = [time_s / total for time_s in lasts.values() if time_s > 0]
    return abs(sum(share * math.log(share) for share in shares)) / math.log(len(Mood))


def preview_s(curve: Sequence[MoodSegment], levels_lufs: NDArray[np.float64]) -> float:
    """Where a preview may begin: at the entry to the most intense half minute.

    Intensity is arousal and loudness together; the entry is the steepest rise of loudness within 5 s of the
    beginning of that half minute.

    Args:
        curve: in order, at least one segment.
        levels_lufs: loudness of each tenth of a second of the song.
    """
    duration_s = curve[-1].end_s
    steps = np.arange(len(levels_lufs)) / STEPS_PER_S
    arousal = np.interp(steps, [(s.start_s + s.end_s) / 2 for s in curve], [s.arousal for s in curve])
    intensity = np.maximum(levels_lufs, _FAINTEST_LUFS) / _DB_A_STEP_OF_AROUSAL + arousal
    width = round(PREVIEW_S * STEPS_PER_S)
    if len(intensity) <= width:
        return 0.0
    sums = np.concatenate([[0.0], np.cumsum(intensity)])
    start = int((sums[width:] - sums[:-width]).argmax())
    return min(_entry(levels_lufs, start) / STEPS_PER_S, max(0.0, duration_s - PREVIEW_S))


def _entry(levels_lufs: NDArray[np.float64], start: int) -> int:
    """The step near ``start`` at which what follows is most above what was before."""
    around, side = round(_LEAD_IN_S * STEPS_PER_S), round(_RISE_S * STEPS_PER_S)
    levels = np.maximum(levels_lufs, _FAINTEST_LUFS)
    steps = range(max(0, start - around), start + around + 1)

    def rise(step: int) -> float:
        before = levels[max(0, step - side) : step]
        return float(levels[step : step + side].mean() - (before.mean() if len(before) else _FAINTEST_LUFS))

    return max(steps, key=rise)
