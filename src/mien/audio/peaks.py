"""The outline of a song's sound, to draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mien.audio.decode import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_RATE_HZ = 11_025
_FULL = 255


def outline(path: Path, points: int) -> bytes:
    """The loudest sample of each of so many equal stretches of a song.

    Args:
        path: the file.
        points: how many stretches; there are fewer where there are fewer samples.

    Returns:
        A byte each, 255 for full scale.

    Raises:
        DecodingError: the file cannot be decoded.
    """
    # A hundredth of a second each first, so that memory does not grow with the rate.
    fine = np.concatenate([_loudest(block) for block in decode(path, sample_rate_hz=_RATE_HZ)])
    edges = np.linspace(0, len(fine), min(points, len(fine)) + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(fine, edges)
    return bytes((peaks.clip(0, 1) * _FULL).round().astype(np.uint8))


def outliner(points: int) -> Callable[[Path], bytes]:
    """``outline`` with a number of points, for a process that does nothing else."""

    def of(path: Path) -> bytes:
        return outline(path, points)

    return of


def _loudest(block: np.ndarray) -> np.ndarray:
    return np.maximum.reduceat(np.abs(block), np.arange(0, len(block), _RATE_HZ // 100))
