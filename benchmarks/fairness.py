"""Errors of the emotion network by what can be measured of a picture: its brightness and its blur.

    python benchmarks/fairness.py ../shared/data/faces/fer2013 [ARTIFACT]

FER2013's public test, by the majority of FER+'s votes, in fifths of each measure. Skin tone, gender, age and
culture cannot be measured: the data has no labels of them, and Mien does not guess them from faces.
Brightness depends on the light, the camera and the skin alike, so a gap by brightness does not say which.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from mien import artifacts
from mien.domain import Emotion
from mien.training.datasets import read_labelled
from mien.vision.emotion import EmotionNetwork
from mien.vision.pictures import read_picture

EMOTIONS = {e.value for e in Emotion}


def main(data_folder: str, artifact_folder: str | None = None) -> None:
    """Print accuracy in each fifth of each measure, with its 95% interval's half width."""
    network = EmotionNetwork(artifacts.chosen(Path(artifact_folder) if artifact_folder else None, "emotion"))
    data = read_labelled(Path(data_folder), {"label": "ferplus_majority"})
    named = [e for e in data.examples if e.split == "public_test" and e.label in EMOTIONS]
    rows = []
    for example, content in zip(named, data.read(named), strict=True):
        picture = read_picture(content)
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64)
        detail = cv2.Laplacian(grey, cv2.CV_64F).var() / max(16.0, grey.var())
        right = network.estimate([picture])[0].top.value == example.label
        rows.append((grey.mean(), grey.std(), detail, right))
    table = np.array(rows)
    for column, name in enumerate(("brightness", "contrast", "detail (low: blurred)")):
        fifths = np.array_split(table[np.argsort(table[:, column], kind="stable")], 5)
        shares = [(part[:, 3].mean(), len(part)) for part in fifths]
        told = "  ".join(f"{p:.1%} ±{196 * np.sqrt(p * (1 - p) / n):.1f}" for p, n in shares)
        print(f"{name:22} from least to most, by fifths: {told}")


if __name__ == "__main__":
    main(*sys.argv[1:])
