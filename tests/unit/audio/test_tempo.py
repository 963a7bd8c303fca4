"""The tempo, its octave, and the other tempos that a song may be felt at."""

from __future__ import annotations

import numpy as np
import pytest
from made_music import clicks, noise

from mien.audio.features import FEATURES, measure, vector
from mien.audio.rhythm import LAGS, tempo_candidates

ONSET_RATE = [feature.name for feature in FEATURES].index("onset_rate")


def tempos(samples: np.ndarray, arousal: float = 0.0):
    sound = measure(samples)
    return tempo_candidates(sound.tempogram, float(vector(sound)[ONSET_RATE]), arousal)


@pytest.mark.parametrize("bpm", range(50, 201, 10))
def test_clicks_have_their_tempo_and_not_its_half_or_double(bpm):
    assert tempos(clicks(bpm, 10.0))[0].bpm == pytest.approx(bpm, rel=0.02)


def test_the_half_is_kept_where_every_second_beat_is_stronger():
    strong = clicks(70, 10.0)
    found = tempos(strong + 0.5 * clicks(140, 10.0))
    assert {round(candidate.bpm, -1) for candidate in found} >= {70, 140}


def test_candidates_come_by_strength_and_lie_within_0_and_1():
    strengths = [candidate.strength for candidate in tempos(clicks(150, 10.0))]
    assert strengths == sorted(strengths, reverse=True)
    assert all(0 <= strength <= 1 for strength in strengths)


def test_more_energy_makes_the_faster_tempo_likelier():
    even = np.zeros(LAGS, np.float32)
    even[::10] = np.linspace(1, 0.6, len(even[::10]))  # beats at 258, 129, 86, 65 a minute fit alike

    def faster(arousal: float) -> float:
        found = {round(c.bpm): c.strength for c in tempo_candidates(even, 3.0, arousal)}
        return found[129] / found[86]

    assert faster(1.0) > faster(0.0) > faster(-1.0)


def test_a_beat_with_no_onsets_is_less_likely():
    even = np.zeros(LAGS, np.float32)
    even[::10] = np.linspace(1, 0.6, len(even[::10]))
    assert tempo_candidates(even, 1.0, 0.0)[0].bpm < 100
    assert tempo_candidates(even, 4.0, 0.0)[0].bpm > 120


def test_noise_has_no_tempo():
    assert tempos(noise(10.0)) == []
