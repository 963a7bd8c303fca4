"""What a camera, a room and a file do to a face: random changes of training pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Both parameters of the beta distribution of how much remains of a face; below 1: mostly much or little.
MIXING = 0.4


def augment(face: NDArray[np.uint8], rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.uint8]:
    """Change a training face at random: geometry, light, sharpness, noise, compression, occlusion.

    Args:
        face: shape ``[s, s, channels]``, uint8.
        rng: where the randomness comes from; the same state gives the same picture.
        strength: scales every change; 0 leaves the face as it is.

    Returns:
        The same shape, uint8.
    """
    if strength == 0:
        return face
    changed = _move(face, rng, strength)
    changed = _relight(changed, rng, strength)
    for change, probability in (
        (_blur, 0.15),
        (_coarsen, 0.15),
        (_compress, 0.1),
        (_noise, 0.2),
        (_cover, 0.3),
    ):
        if rng.random() < probability * strength:
            changed = change(changed, rng).reshape(face.shape)
    return changed


def mix(
    faces: NDArray[np.uint8],
    targets: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    mixup: float = 0.0,
    cutmix: float = 0.0,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Blend some faces of a batch with others, or put a rectangle of another in, and their targets alike.

    Args:
        faces: shape ``[n, s, s, channels]``, uint8.
        targets: shape ``[n, labels]``; each row sums to 1.
        rng: where the randomness comes from.
        mixup: share of the faces that are blended (Zhang et al. 2018).
        cutmix: share of the faces that get a rectangle (Yun et al. 2019).

    Returns:
        New arrays of the same shapes.
    """
    if mixup == 0 and cutmix == 0:
        return faces, targets
    mixed, blended = faces.copy(), targets.copy()
    for i, j in enumerate(rng.permutation(len(faces))):
        chance = rng.random()
        if chance >= mixup + cutmix:
            continue
        change = _blend if chance < mixup else _patch
        mixed[i], kept = change(faces[i], faces[j], rng)
        blended[i] = kept * targets[i] + (1 - kept) * targets[j]
    return mixed, blended


def _blend(
    face: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    kept = float(rng.beta(MIXING, MIXING))
    return (kept * face.astype(np.float32) + (1 - kept) * other).round().astype(np.uint8), kept


def _patch(
    face: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    size = face.shape[0]
    side = round(size * float(np.sqrt(1 - rng.beta(MIXING, MIXING))))
    top, left = rng.integers(0, size - side + 1, 2)
    patched = face.copy()
    patched[top : top + side, left : left + side] = other[top : top + side, left : left + side]
    return patched, 1 - side * side / (size * size)


def _move(face: NDArray[np.uint8], rng: np.random.Generator, strength: float) -> NDArray[np.uint8]:
    """Mirror, turn by up to 20 degrees, scale by up to a fifth, shift by up to a tenth, squeeze a little."""
    size = face.shape[0]
    angle = np.deg2rad(np.clip(rng.normal(0, 9), -20, 20)) * strength
    scale = np.exp(rng.uniform(-0.2, 0.2) * strength)
    stretch = np.exp(rng.uniform(-0.06, 0.06) * strength)
    mirror = -1.0 if rng.random() < 0.5 else 1.0  # noqa: PLR2004
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos * stretch * mirror, -sin], [sin * stretch * mirror, cos / stretch]])
    centre = np.full(2, (size - 1) / 2)
    shift = rng.uniform(-0.1, 0.1, 2) * size * strength
    matrix = np.column_stack([turn, centre + shift - turn @ centre])
    moved = cv2.warpAffine(
        face, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved.reshape(face.shape).astype(np.uint8, copy=False)


def _relight(face: NDArray[np.uint8], rng: np.random.Generator, strength: float) -> NDArray[np.uint8]:
    """Another gamma, contrast and brightness, clipped as by a camera; at times light from one side."""
    levels = np.linspace(0, 1, 256) ** np.exp(rng.uniform(-0.5, 0.5) * strength)
    contrast = np.exp(rng.uniform(-0.35, 0.35) * strength)
    levels = (levels - 0.5) * contrast + 0.5 + rng.uniform(-0.15, 0.15) * strength
    table = (np.clip(levels, 0, 1) * 255).astype(np.uint8)
    lit: NDArray[np.uint8] = table[face]
    if rng.random() > 0.3 * strength:
        return lit
    size, direction = face.shape[0], rng.uniform(0, 2 * np.pi)
    across = np.linspace(-1, 1, size, dtype=np.float32)
    slope = across[None, :] * np.cos(direction) + across[:, None] * np.sin(direction)
    shaded = lit + (slope * rng.uniform(10, 60)).astype(np.float32)[:, :, None]
    side_lit: NDArray[np.uint8] = np.clip(shaded, 0, 255).astype(np.uint8)
    return side_lit


def _blur(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(face, (0, 0), rng.uniform(0.4, 1.6)), dtype=np.uint8)


def _coarsen(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """As if the face had been far away."""
    size = face.shape[0]
    small = int(size * rng.uniform(0.35, 0.8))
    coarse = cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _compress(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))]
    _, content = cv2.imencode(".jpg", face, quality)
    flag = cv2.IMREAD_GRAYSCALE if face.shape[2] == 1 else cv2.IMREAD_COLOR
    return np.asarray(cv2.imdecode(content, flag), dtype=np.uint8)


def _noise(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    grain = rng.standard_normal(face.shape, dtype=np.float32) * rng.uniform(2, 12)
    return np.clip(face + grain, 0, 255).astype(np.uint8)


def _cover(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A hand, hair or glasses: one rectangle of any grey (random erasing, Zhong et al. 2020)."""
    size = face.shape[0]
    height, width = (rng.uniform(0.1, 0.4, 2) * size).astype(int)
    top, left = rng.integers(0, size - height + 1), rng.integers(0, size - width + 1)
    covered = face.copy()
    covered[top : top + height, left : left + width] = rng.integers(0, 256)
    return covered
