"""Vectors of numbers as bytes: float32, little-endian."""

from __future__ import annotations

import numpy as np

_FLOAT32 = np.dtype("<f4")


def to_blob(values: tuple[float, ...]) -> bytes:
    """Shape ``[n]`` to 4n bytes."""
    return np.asarray(values, _FLOAT32).tobytes()


def from_blob(blob: bytes) -> tuple[float, ...]:
    """4n bytes to shape ``[n]``."""
    return tuple(np.frombuffer(blob, _FLOAT32).tolist())
