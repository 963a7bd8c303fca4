"""How often the quality gate lets good faces through, and how often it catches bad ones.

    python benchmarks/quality_gate.py ../shared/data/faces/fer2013 ../shared/data/faces/kdef [PICTURES]

Good faces are the data's own: FER2013's pictures that training kept apart for validation (each picture is the
face), and KDEF as the detector finds it. They are then spoilt in known ways, and the gate is asked again; for
each way the network's accuracy on the spoilt faces is given beside that on the same faces before, and the
accuracy on those that the gate let through.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien import artifacts
from mien.domain import Box, Emotion
from mien.training.datasets import Part, read_labelled, split
from mien.vision.detect import HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture
from mien.vision.quality import REASONS, grey_square, measure, obstacle, thresholds

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.domain import Reason

EMOTIONS = tuple(e.value for e in Emotion)
SEED = 20261122
NOISE = np.random.default_rng(SEED)


def scaled(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    """Darker or brighter, with a camera's noise."""
    return lambda face: np.clip(face * factor + NOISE.normal(0, 2, face.shape), 0, 255).astype(np.uint8)


def blurred(share: float) -> Callable[[np.ndarray], np.ndarray]:
    """A Gaussian blur with a deviation of so much of the face's width."""
    return lambda face: cv2.GaussianBlur(face, (0, 0), share * len(face))


def shrunk(pixels: int) -> Callable[[np.ndarray], np.ndarray]:
    """A face of so many pixels."""
    return lambda face: cv2.resize(face, (pixels, pixels), interpolation=cv2.INTER_AREA)


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    """The face on a cylinder that turns about its axis, to one side or the other."""

    def turn(face: np.ndarray) -> np.ndarray:
        n = len(face)
        angles = np.arcsin(0.98 * ((np.arange(n) + 0.5) / n * 2 - 1))
        angles = angles + np.radians(degrees * NOISE.choice([-1, 1]))
        from_x = (np.sin(np.clip(angles, -np.pi / 2, np.pi / 2)) + 1) / 2 * n - 0.5
        map_x = np.tile(from_x.astype(np.float32), (n, 1))
        map_y = np.tile(np.arange(n, dtype=np.float32)[:, None], (1, n))
        return cv2.remap(face, map_x, map_y, cv2.INTER_LINEAR)

    return turn


def covered(top: float, bottom: float, left: float, right: float) -> Callable[[np.ndarray], np.ndarray]:
    """A flat rectangle of the face's mean level, with a camera's noise, over a part of it."""

    def cover(face: np.ndarray) -> np.ndarray:
        n, out = len(face), face.copy()
        part = out[int(top * n) : int(bottom * n), int(left * n) : int(right * n)]
        part[:] = np.clip(face.mean() + NOISE.normal(0, 2, part.shape), 0, 255)
        return out

    return cover


WAYS = {
    "as it is": lambda face: face,
    "60% of the light": scaled(0.6),
    "20% of the light": scaled(0.2),
    "10% of the light": scaled(0.1),
    "140% of the light": scaled(1.4),
    "300% of the light": scaled(3.0),
    "blurred by 2% of the width": blurred(0.02),
    "blurred by 4%": blurred(0.04),
    "blurred by 8%": blurred(0.08),
    "32 pixels wide": shrunk(32),
    "20 pixels wide": shrunk(20),
    "14 pixels wide": shrunk(14),
    "turned by 20 degrees": turned(20),
    "turned by 35 degrees": turned(35),
    "turned by 50 degrees": turned(50),
    "mouth covered": covered(0.6, 1, 0, 1),
    "both eyes covered": covered(0.2, 0.5, 0, 1),
    "one eye covered": covered(0.15, 0.5, 0.5, 1),
    "left half covered": covered(0, 1, 0, 0.5),
}


def fer_faces(folder: str, most: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Validation pictures with a majority among the seven, and their labels."""
    data = read_labelled(Path(folder), {"label": "ferplus_majority"})
    valid = split(data, SEED)[Part.VALID]
    examples = [e for e in valid.examples if e.label in EMOTIONS]
    random.Random(SEED).shuffle(examples)
    examples = examples[:most]
    labels = np.array([EMOTIONS.index(e.label) for e in examples])
    return [read_picture(content) for content in data.read(examples)], labels


def kdef_faces(folder: str, most: int, margin: float) -> tuple[list[np.ndarray], np.ndarray]:
    """Faces as the detector finds them in whole pictures."""
    data, detector = read_labelled(Path(folder)), HaarDetector()
    examples = [e for e in data.examples if e.label in EMOTIONS]
    random.Random(SEED).shuffle(examples)
    faces, labels = [], []
    for example, content in zip(examples[:most], data.read(examples[:most]), strict=True):
        picture = read_picture(content)
        boxes = detector.detect(picture)
        if boxes:
            faces.append(crop(picture, boxes[0], margin))
            labels.append(EMOTIONS.index(example.label))
    return faces, np.array(labels)


def main(fer: str, kdef: str, most: str = "800", artifact_folder: str | None = None) -> None:
    """Print a table for each data set, and the time that the measures take."""
    artifact = artifacts.chosen(Path(artifact_folder) if artifact_folder else None, "emotion")
    network, least = EmotionNetwork(artifact), thresholds(artifact.decision.get("quality"))
    margin = network.preprocessing.margin
    print(f"thresholds: {least}")
    for name, (faces, labels) in {
        "FER2013": fer_faces(fer, int(most)),
        "KDEF": kdef_faces(kdef, int(most), margin),
    }.items():
        print(f"\n{name}: {len(faces)} faces\n{'':28} caught   accuracy: all, let through   reasons")
        for way, spoil in WAYS.items():
            report(way, [spoil(face) for face in faces], labels, network, least)
    clock = time.process_time()
    for face in faces:
        measure(grey_square(face), Box(0, 0, len(face), len(face)), None)
    print(f"\n{(time.process_time() - clock) / len(faces) * 1e3:.2f} ms a face")


def report(way: str, faces: list[np.ndarray], labels: np.ndarray, network: EmotionNetwork, least) -> None:  # noqa: ANN001
    """One line of the table."""
    found: list[Reason | None] = []
    for face in faces:
        quality = measure(grey_square(face), Box(0, 0, len(face), len(face)), None)
        found.append(obstacle(quality, least))
    tops = [EMOTIONS.index(estimate.top) for estimate in network.estimate(faces)]
    right, passed = np.array(tops) == labels, np.array([reason is None for reason in found])
    through = f"{right[passed].mean():6.1%}" if passed.sum() >= 20 else "   few"
    counts = {code: found.count(code) / len(found) for code, _ in REASONS.values()}
    told = ", ".join(f"{code} {share:.1%}" for code, share in counts.items() if share)
    print(f"{way:28} {1 - passed.mean():6.1%}   {right.mean():6.1%}, {through}   {told}")


if __name__ == "__main__":
    main(*sys.argv[1:])
