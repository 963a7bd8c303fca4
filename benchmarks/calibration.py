"""What a personal calibration brings: learnt from one session of a person, measured on the other.

    python benchmarks/calibration.py ../shared/data/faces/kdef

Each of KDEF's subjects was photographed twice, so the calibration of a subject is learnt from the pictures of
session A and measured on session B, and the other way round. A minute before the camera is simulated by
counting the one picture as 60 frames; a real minute shows more of the face than that.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien import artifacts
from mien.domain import Emotion
from mien.training.datasets import read_labelled
from mien.training.evaluate import score
from mien.vision.calibration import NO_OFFSETS, CalibrationRules, calibrate, calibrated, correct
from mien.vision.detect import HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture
from mien.vision.reading import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.vision.calibration import Offsets, Probabilities

EMOTIONS = tuple(e.value for e in Emotion)
A_MINUTE = 60
ROUNDS = 2000
# (subject, session) -> emotion -> probabilities
Sessions = dict[tuple[str, str], dict[Emotion, "Probabilities"]]


def read_sessions(folder: str, artifact: artifacts.Artifact) -> Sessions:
    """The network's probabilities for every face that the detector finds."""
    network, detector, data = EmotionNetwork(artifact), HaarDetector(), read_labelled(Path(folder))
    sessions: Sessions = {}
    examples = [example for example in data.examples if example.label in EMOTIONS]
    for example, content in zip(examples, data.read(examples), strict=True):
        picture = read_picture(content)
        boxes = detector.detect(picture)
        if boxes:
            face = crop(picture, boxes[0], network.preprocessing.margin)
            key = (example.group, example.row["session"])
            sessions.setdefault(key, {})[Emotion(example.label)] = network.estimate([face])[0].probabilities
    return sessions


def measured(
    name: str, sessions: Sessions, learn: Callable[[str, str], Offsets], floor: float
) -> dict[str, np.ndarray]:
    """Print the scores on each session with what was learnt from the other; give the hits by subject."""
    labels, rows, subjects = [], [], []
    for (subject, session), shown in sessions.items():
        other = "B" if session == "A" else "A"
        if Emotion.NEUTRAL not in sessions.get((subject, other), {}):
            continue
        offsets = learn(subject, other)
        for emotion, probabilities in shown.items():
            row = calibrated(probabilities, offsets, floor)
            rows.append([row[e] for e in Emotion])
            labels.append(EMOTIONS.index(emotion))
            subjects.append(subject)
    reference, estimates = np.array(labels), np.array(rows)
    result = score(reference, estimates, EMOTIONS)
    neutral = estimates[reference == EMOTIONS.index(Emotion.NEUTRAL)]
    loss = -np.log(np.maximum(estimates[np.arange(len(reference)), reference], 1e-6)).mean()
    recalls = " ".join(f"{label[:3]} {recall or 0:.0%}" for label, recall in result.recall.items())
    print(
        f"{name:44} all {result.accuracy:.1%}  neutral {result.recall['neutral']:.1%} (its probability"
        f" {neutral[:, -1].mean():.2f})  ECE {result.calibration_error:.1%}  log loss {loss:.2f}  {recalls}"
    )
    hits = estimates.argmax(axis=1) == reference
    people = np.array(subjects)
    return {subject: hits[people == subject] for subject in sorted(set(subjects))}


def gain(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> str:
    """The difference in accuracy, with a 95% interval from drawing subjects anew."""
    names, draw = list(before), np.random.default_rng(1)
    won = np.array([after[name].sum() - before[name].sum() for name in names])
    shown = np.array([len(before[name]) for name in names])
    picks = draw.integers(0, len(names), (ROUNDS, len(names)))
    low, high = np.percentile(won[picks].sum(axis=1) / shown[picks].sum(axis=1), [2.5, 97.5])
    return f"{won.sum() / shown.sum():+.1%} (95% interval {low:+.1%} to {high:+.1%})"


def main(folder: str, artifact_folder: str | None = None) -> None:
    """Print one line for each way of calibrating, and what the sad-looking tenth gains."""
    artifact = artifacts.chosen(Path(artifact_folder) if artifact_folder else None, "emotion")
    rules = ReadingRules.from_artifact(artifact.decision).calibration
    sessions = read_sessions(folder, artifact)
    people = {subject for subject, _ in sessions}
    print(f"{len(people)} subjects, {len(sessions)} sessions, artifact {artifact.version}")

    def own(*emotions: Emotion, frames: int = A_MINUTE) -> Callable[[str, str], Offsets]:
        def learn(subject: str, session: str) -> Offsets:
            shown = sessions[subject, session]
            return calibrate({e: [shown[e]] * frames for e in emotions if e in shown}, rules)

        return learn

    def others(subject: str, _session: str) -> Offsets:
        faces = [shown[Emotion.NEUTRAL] for (who, _), shown in sessions.items() if who != subject]
        return calibrate({Emotion.NEUTRAL: faces}, rules)

    def pushed(subject: str, session: str) -> Offsets:
        offsets, seen = dict(NO_OFFSETS), sessions[subject, session][Emotion.NEUTRAL]
        for _ in range(A_MINUTE):
            offsets = correct(offsets, seen, Emotion.NEUTRAL, rules)
        return offsets

    neutral, happy, sad, angry = Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.ANGRY
    ways = {
        "no calibration": lambda *_: NO_OFFSETS,
        "neutral, one picture": own(neutral, frames=1),
        "neutral, a minute": own(neutral),
        "neutral, happy": own(neutral, happy),
        "neutral, happy, sad": own(neutral, happy, sad),
        "neutral, happy, sad, angry": own(neutral, happy, sad, angry),
        "everyone else's neutral (nothing personal)": others,
        "neutral by 60 corrections (not done)": pushed,
    }
    before = None
    for name, learn in ways.items():
        hits = measured(name, sessions, learn, rules.floor)
        before = before or hits
        print(f"{'':44} {gain(before, hits)}")
    _resting(sessions, own(neutral), rules)


def _resting(sessions: Sessions, learn: Callable[[str, str], Offsets], rules: CalibrationRules) -> None:
    """What the people gain whose resting face looks least neutral in the session that is learnt from."""
    pairs = [
        (shown[Emotion.NEUTRAL][Emotion.NEUTRAL], subject, session)
        for (subject, session), shown in sessions.items()
        if Emotion.NEUTRAL in shown and Emotion.NEUTRAL in sessions.get((subject, "AB"[session == "A"]), {})
    ]
    least = sorted(pairs)[: len(pairs) // 10]
    before, after = [], []
    for _, subject, session in least:
        seen = sessions[subject, "AB"[session == "A"]][Emotion.NEUTRAL]
        before.append(seen[Emotion.NEUTRAL])
        after.append(calibrated(seen, learn(subject, session), rules.floor)[Emotion.NEUTRAL])
    print(
        f"the {len(least)} faces least neutral at rest, in the other session: probability of neutral"
        f" {np.mean(before):.2f}, calibrated {np.mean(after):.2f}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
