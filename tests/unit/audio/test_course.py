"""A song over time: few windows, how mixed, where to begin a preview."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from made_music import song

from mien.audio.course import coarsened, joined, mixed, preview_s
from mien.audio.features import Window, measure
from mien.domain import Mood, MoodSegment

SOUND = measure(song(4.0))


def windows(count: int, seconds: float = 10.0) -> list[Window]:
    return [Window(i * seconds, (i + 1) * seconds, SOUND) for i in range(count)]


def segments(*parts: tuple[Mood, float, float]) -> list[MoodSegment]:
    """``(mood, seconds, arousal)`` one after the other."""
    made, at = [], 0.0
    for mood, seconds, arousal in parts:
        made.append(MoodSegment(at, at + seconds, mood, 0.5, 0.0, arousal))
        at += seconds
    return made


def test_a_short_song_keeps_all_its_windows():
    assert coarsened(windows(6), most=6) == windows(6)


@pytest.mark.parametrize("count", [7, 12, 13, 25, 100, 1001])
def test_a_long_song_keeps_few_windows_without_gaps(count):
    kept = coarsened(iter(windows(count)), most=6)
    assert 3 <= len(kept) <= 7
    assert kept[0].start_s == 0
    assert kept[-1].end_s == count * 10
    assert all(a.end_s == b.start_s for a, b in pairwise(kept))
    lengths = {window.end_s - window.start_s for window in kept[:-1]}
    assert len(lengths) == 1
    assert sum(window.sound.frames for window in kept) == count * SOUND.frames


def test_silent_windows_joined_stay_silent():
    silent = [Window(0, 10, None), Window(10, 20, None)]
    assert joined(silent) == Window(0, 20, None)
    assert joined([silent[0], windows(2)[1]]).sound.frames == SOUND.frames


def test_one_mood_all_along_is_not_mixed_and_all_seven_are_wholly():
    assert mixed(segments((Mood.SAD, 10, 0), (Mood.SAD, 30, 0))) == 0
    assert mixed(segments(*((mood, 10, 0) for mood in Mood))) == pytest.approx(1)
    half = mixed(segments((Mood.SAD, 30, 0), (Mood.HAPPY, 10, 0), (Mood.HAPPY, 20, 0)))
    assert half == pytest.approx(np.log(2) / np.log(7))


def test_a_preview_begins_where_the_loudest_part_does():
    levels = np.full(1800, -30.0)
    levels[923:1400] = -10
    assert preview_s(segments((Mood.CALM, 180, 0)), levels) == pytest.approx(92.3, abs=0.2)


def test_a_preview_prefers_energy_where_all_is_as_loud():
    curve = segments((Mood.CALM, 60, -0.8), (Mood.ANGRY, 60, 0.9), (Mood.CALM, 60, -0.8))
    assert 60 <= preview_s(curve, np.full(1800, -20.0)) <= 90


def test_a_preview_fits_into_the_song():
    levels = np.full(600, -30.0)
    levels[580:] = -5
    assert preview_s(segments((Mood.CALM, 60, 0)), levels) <= 30
    assert preview_s(segments((Mood.CALM, 20, 0)), np.full(200, -20.0)) == 0
