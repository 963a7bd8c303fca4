"""How fast faces are found and read, in processor time on one thread, and beside the ``fer`` package.

    taskset -c 1 python benchmarks/face_speed.py [KDEF PYTHON_WITH_FER [PHOTOGRAPH...]]

``fer`` is never a dependency: ``python -m venv other && other/bin/pip install fer`` makes one that this
program runs as another process. Both then read the same pictures, decoded before, from picture to emotion:
portraits of KDEF, and each in the middle of a 640 x 480 one (a third, a half and two thirds as high): a plain
one, which is the kindest to a detector that looks everywhere, and each PHOTOGRAPH without a face, as a room
would be. Every
figure is the median of the pictures; each picture is read three times and the least time counts, since other
programs only ever add to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

import mien.demo
from mien import artifacts
from mien.core import FaceReader
from mien.training.datasets import read_labelled
from mien.vision.detect import HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture
from mien.vision.tracking import FaceTracker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

PORTRAITS = 40
MIDDLE = (224, 113)
FER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import cv2, numpy as np
from fer.fer import FER
cv2.setNumThreads(1)
detector, answer = FER(mtcnn=False), {}
for name in sys.argv[1:]:
    times, found = [], 0
    for picture in np.load(name):
        least = 9e9
        for _ in range(3):
            start = time.process_time()
            faces = detector.detect_emotions(picture[..., ::-1])
            least = min(least, time.process_time() - start)
        times.append(least)
        found += bool(faces)
    answer[name] = [float(np.median(times)), found / len(times)]
print("ANSWER" + json.dumps(answer))
"""


def median_ms(todo: Iterable[Callable[[], object]], times: int = 3) -> float:
    """The median over what is to be done of the least processor time that each took."""
    least = []
    for each in todo:
        taken = []
        for _ in range(times):
            start = time.process_time()
            each()
            taken.append(time.process_time() - start)
        least.append(min(taken))
    return 1000 * float(np.median(least))


def film(photograph: Picture, frames: int) -> list[Picture]:
    """640 x 480 frames in which a face, 140 pixels wide, moves about a little."""
    rng = np.random.default_rng(1)
    path = np.cumsum(rng.normal(0, 1.5, (frames, 2)), axis=0)
    turn = [cv2.getRotationMatrix2D(MIDDLE, 2 * float(np.sin(n / 9)), 1.4) for n in range(frames)]
    for matrix, (x, y) in zip(turn, path, strict=True):
        matrix[:, 2] += (320 + x - MIDDLE[0], 240 + y - MIDDLE[1])
    moved = [cv2.warpAffine(photograph, m, (640, 480), borderMode=cv2.BORDER_REPLICATE) for m in turn]
    return [np.clip(f + rng.normal(0, 3, f.shape), 0, 255).astype(np.uint8)[..., ::-1].copy() for f in moved]


def live(reader: Callable[[], FaceReader], frames: list[Picture]) -> tuple[float, float]:
    """Frames a second from a camera's BGR to emotions, and by how many pixels a box's width trembles."""
    best, seen = 0.0, []
    for _ in range(3):
        start, faces = time.process_time(), reader()
        seen = [
            faces.read(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)), time_s=n / 30).faces
            for n, frame in enumerate(frames)
        ]
        best = max(best, len(frames) / (time.process_time() - start))
    widths = [found[0].box.width for found in seen if found]
    return best, float(np.abs(np.diff(widths)).mean())


def scene(portrait: Picture, height: int, behind: Picture) -> Picture:
    """The portrait in the middle of a 640 x 480 picture."""
    small = cv2.resize(portrait, (height, height), interpolation=cv2.INTER_AREA)
    whole = np.asarray(cv2.resize(behind, (640, 480), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    top, left = (480 - height) // 2, (640 - height) // 2
    whole[top : top + height, left : left + height] = small
    return whole


def beside_fer(reader: FaceReader, portraits: list[Picture], behind: dict[str, Picture], python: str) -> None:
    """Print both programs' times on the same pictures, and the ratio."""
    kinds = {"KDEF 350 x 350": portraits}
    for name, picture in behind.items():
        for height in (160, 240, 320):
            kinds[f"{height} high on {name}"] = [scene(p, height, picture) for p in portraits]
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: str(Path(folder) / f"{n}.npy") for n, kind in enumerate(kinds)}
        for kind, pictures in kinds.items():
            np.save(files[kind], np.stack(pictures))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": ""}
        said = subprocess.run(
            [python, "-c", FER, *files.values()], env=environment, capture_output=True, text=True, check=True
        ).stdout
    theirs = json.loads(said.split("ANSWER")[1])
    print(f"\n{'picture to emotions':30} {'Mien':>9} {'fer':>9} {'ratio':>6}   faces found by Mien, fer")
    for kind, pictures in kinds.items():
        ours = median_ms([lambda p=p: reader.read(p) for p in pictures])  # type: ignore[misc]
        found = np.mean([bool(reader.read(p).faces) for p in pictures])
        their_s, their_found = theirs[files[kind]]
        print(
            f"{kind:30} {ours:6.1f} ms {1000 * their_s:6.1f} ms {1000 * their_s / ours:6.1f}"
            f"   {found:.0%}, {their_found:.0%}"
        )


def main(kdef: str | None = None, python_with_fer: str | None = None, *photographs: str) -> None:
    """Print one figure a line."""
    cv2.setNumThreads(1)
    network, detector = EmotionNetwork(artifacts.shipped("emotion")), HaarDetector()
    margin = network.preprocessing.margin
    photograph = read_picture(Path(mien.demo.__file__).parent / "photograph.jpg")
    box = detector.find(photograph)[0].box
    classify = median_ms([lambda: network.estimate([crop(photograph, box, margin)])], 100)
    print(f"one face, crop to emotion: {classify:.2f} ms ({network.preprocessing.resolution} pixels)")
    frames = film(photograph, 120)
    tracked, steadied = live(lambda: FaceReader(FaceTracker(detector), network, margin), frames)
    searched, trembling = live(lambda: FaceReader(detector, network, margin), frames)
    print(f"640 x 480, face followed:  {tracked:.0f} frames/s; its box trembles by {steadied:.1f} pixels")
    print(f"640 x 480, each searched:  {searched:.0f} frames/s; its box trembles by {trembling:.1f} pixels")
    empty = np.random.default_rng(2).integers(60, 120, (480, 640, 3)).astype(np.uint8)
    print(f"640 x 480 without a face, full search: {median_ms([lambda: detector.find(empty)], 10):.0f} ms")
    if kdef is not None and python_with_fer is not None:
        data = read_labelled(Path(kdef))
        step = len(data.examples) // PORTRAITS
        portraits = [read_picture(c) for c in data.read(data.examples[::step][:PORTRAITS])]
        behind = {"plain grey": np.full((480, 640, 3), 96, np.uint8)}
        behind |= {Path(name).stem: read_picture(Path(name)) for name in photographs}
        beside_fer(FaceReader(detector, network, margin), portraits, behind, python_with_fer)


if __name__ == "__main__":
    main(*sys.argv[1:])
