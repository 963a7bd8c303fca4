"""Which margin around the detector's box suits the emotion network best.

    python benchmarks/crop_margin.py ../shared/data/faces/kdef

The subjects of labelled whole pictures are divided in two: the margin is chosen on one half and reported on
the other.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from mien import artifacts
from mien.domain import Emotion
from mien.training.datasets import read_labelled
from mien.training.evaluate import score
from mien.vision.detect import HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture

MARGINS = (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
EMOTIONS = tuple(e.value for e in Emotion)


def main(data_folder: str, artifact_folder: str | None = None) -> None:
    """Print accuracy by margin on the choosing half, then that of the chosen one on the other half."""
    artifact = artifacts.chosen(Path(artifact_folder) if artifact_folder else None, "emotion")
    network, detector = EmotionNetwork(artifact), HaarDetector()
    data = read_labelled(Path(data_folder))
    examples = [example for example in data.examples if example.label in EMOTIONS]
    subjects = sorted({example.group for example in examples})
    chooses = np.array([subjects.index(example.group) % 2 == 0 for example in examples])
    reference = np.array([EMOTIONS.index(example.label) for example in examples])
    rows = np.zeros((len(MARGINS), len(examples), len(EMOTIONS)))
    found = np.zeros(len(examples), dtype=bool)
    for i, content in enumerate(data.read(examples)):
        picture = read_picture(content)
        boxes = detector.detect(picture)
        found[i] = bool(boxes)
        for m, margin in enumerate(MARGINS if boxes else ()):
            estimate = network.estimate([crop(picture, boxes[0], margin)])[0]
            rows[m, i] = [estimate.probabilities[emotion] for emotion in Emotion]
    print(f"{found.sum()} of {len(examples)} faces found; {len(subjects)} subjects")
    accuracies = []
    for margin, estimates in zip(MARGINS, rows, strict=True):
        half = score(reference[found & chooses], estimates[found & chooses], EMOTIONS)
        accuracies.append(half.accuracy)
        print(f"margin {margin:+.2f} on the choosing half: accuracy {half.accuracy:.1%}")
    best = int(np.argmax(accuracies))
    other = score(reference[found & ~chooses], rows[best][found & ~chooses], EMOTIONS)
    print(
        f"margin {MARGINS[best]:+.2f} on the other half: accuracy {other.accuracy:.1%} ({other.n} pictures)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
