"""Is it music at all? Speech and noise are recognised, so that no mood is made up for them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from mien.audio.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SPEECH = "can't tell: speech"
NOISE = "can't tell: noise"
NO_MUSIC = frozenset((SPEECH, NOISE))

_INDEX = {feature.name: i for i, feature in enumerate(FEATURES)}
# What tells speech from music, with the mean and spread of each feature in music and its weight: syllables at
# 4.5 to 6 Hz (Scheirer and Slaney 1997), an amplitude that is mostly small, voiced and voiceless sounds in
# turn, no lasting key, no tuning, no beat. Set on synthesised speech and three folds of 4Q: docs/features.md.
_TRAITS = {
    "modulation_from_4.5_hz": (-5.106, 0.430, 1.4),
    "softness": (0.760, 0.0364, -0.6),
    "roughness_spread": (0.0454, 0.0145, 0.9),
    "local_clarity_mean": (0.725, 0.0635, -0.6),
    "tuning_clarity": (0.254, 0.174, -1.0),
    "beat_strongest": (0.379, 0.147, -1.5),
}
_COLUMNS = [_INDEX[name] for name in _TRAITS]
_MEANS, _SPREADS, _WEIGHTS = np.array(list(_TRAITS.values())).T
# One trait alone shall not decide, however far it is from what is usual.
_FURTHEST = 2.0
_LEAST_SPEECH = 7.9  # of 12 that are possible

# Noise of any colour is flat over narrow bands: -2.5 dB there, for statistical reasons; music lies lower.
_BANDS = [_INDEX[f"octave_flatness_from_{hz}_hz_mean"] for hz in (400, 800, 1600)]
_LEAST_NOISE_DB = -3.0


def no_music(features: NDArray[np.floating]) -> str | None:
    """Why this is no music but speech or noise; None where it may be music.

    Args:
        features: of a song or of a stretch of it, shape ``[len(FEATURES)]``.
    """
    if features[_BANDS].min() > _LEAST_NOISE_DB:
        return NOISE
    return SPEECH if speech_score(features) > _LEAST_SPEECH else None


def speech_score(features: NDArray[np.floating]) -> float:
    """How much like speech, from -12 to 12; most music lies below 0."""
    far = np.clip((features[_COLUMNS] - _MEANS) / _SPREADS, -_FURTHEST, _FURTHEST)
    return float(far @ _WEIGHTS)


def most_of(reasons: Sequence[str | None], lengths_s: NDArray[np.float64]) -> str | None:
    """The reason that holds for more than half of the time; None where none does or music lasts longer."""
    lasts: defaultdict[str | None, float] = defaultdict(float)
    for reason, length_s in zip(reasons, lengths_s, strict=True):
        lasts[reason] += float(length_s)
    longest = max(lasts, key=lambda reason: lasts[reason])
    return longest if lasts[longest] > lengths_s.sum() / 2 else None
