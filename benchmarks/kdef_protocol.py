"""The paper's protocol on posed photographs: train on some people, test on others; its random split beside.

    python benchmarks/kdef_protocol.py ../shared/data/faces/kdef RESULTS

Each of five folds is tested by a network that begins with the one that ships (or ``--start``) and learns from
the other folds, of whose subjects an eighth are for validation. Faces are found by the detector. With
``--random-split`` the folds are of pictures and not of people, so that the same faces are on both sides: that
is how the paper measured. RESULTS keeps each fold, so that an interrupted run goes on; it holds weights that
were trained on the photographs, which must not be shipped.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np

from mien import artifacts
from mien.training.datasets import Example, read_labelled
from mien.training.emotion import train_emotion
from mien.training.emotion_recipe import EMOTIONS, EmotionTraining
from mien.training.emotion_scores import Answer, evaluate_emotion
from mien.training.evaluate import wilson_interval
from mien.vision.detect import HaarDetector

FOLDS = 5
VALIDATION_SHARE = 1 / 8
# So few pictures are soon known by heart: more is changed, dropped and mixed than for many.
RECIPE = EmotionTraining(
    epochs=24,
    batch=32,
    learning_rate=5e-4,
    warmup_epochs=1.0,
    dropout=0.4,
    augmentation=1.0,
    mixup=0.3,
    cutmix=0.3,
)
RESAMPLINGS = 2000


def main() -> None:
    """Run the folds that are missing and print what all reached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--start", type=Path, default=artifacts.shipped("emotion").folder)
    parser.add_argument("--random-split", action="store_true", help="folds of pictures, as in the paper")
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--resolution", type=int, default=RECIPE.resolution)
    parser.add_argument("--augmentation", type=float, default=RECIPE.augmentation)
    parser.add_argument("--dropout", type=float, default=RECIPE.dropout)
    parser.add_argument("--mixed", type=float, default=RECIPE.mixup, help="share of mixup, and of cutmix")
    given = parser.parse_args()
    recipe = replace(
        RECIPE,
        epochs=given.epochs,
        resolution=given.resolution,
        augmentation=given.augmentation,
        dropout=given.dropout,
        mixup=given.mixed,
        cutmix=given.mixed,
    )
    data = read_labelled(given.data)
    examples = [example for example in data.examples if example.label in EMOTIONS]
    by_subject = not given.random_split
    held = folds(examples, by_subject=by_subject)
    answers: list[Answer] = []
    for number in range(FOLDS):
        folder = given.results / f"{'subjects' if by_subject else 'random'}-{number}"
        write_fold(folder, given.data, examples, held, number, by_subject=by_subject)
        reached = fold_answers(folder, recipe, given.start)
        print(f"fold {number + 1}: {sum(a.right for a in reached)} of {len(reached)}", flush=True)
        answers += reached
    print("subjects apart" if by_subject else "random split of pictures")
    show(answers, {example.file: example.group for example in examples})


def folds(examples: list[Example], *, by_subject: bool) -> list[int]:
    """The fold that tests each example; with ``by_subject`` one for all pictures of a person."""
    names = [example.group if by_subject else example.file for example in examples]
    shuffled = sorted(set(names))
    random.Random(RECIPE.seed).shuffle(shuffled)
    place = {name: i % FOLDS for i, name in enumerate(shuffled)}
    return [place[name] for name in names]


def write_fold(
    folder: Path, data: Path, examples: list[Example], held: list[int], number: int, *, by_subject: bool
) -> None:
    """An index of the same pictures that says which part each is of."""
    folder.mkdir(parents=True, exist_ok=True)
    others = [i for i, fold in enumerate(held) if fold != number]
    names = [examples[i].group if by_subject else examples[i].file for i in others]
    unique = sorted(set(names))
    chosen = random.Random(number).sample(unique, round(len(unique) * VALIDATION_SHARE))
    validates = {i for i, name in zip(others, names, strict=True) if name in set(chosen)}
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "subject", "split"])
        for i, (example, fold) in enumerate(zip(examples, held, strict=True)):
            part = "test" if fold == number else "valid" if i in validates else "train"
            writer.writerow([example.file, example.label, example.group if by_subject else "", part])
    link = folder / "images.zip"
    if not link.exists():
        link.symlink_to((data / "images.zip").resolve())


def fold_answers(folder: Path, recipe: EmotionTraining, start: Path) -> list[Answer]:
    """Train on the fold unless it was, and say what the network makes of its test part."""
    kept = folder / "answers.json"
    if not kept.is_file():
        trained = train_emotion(
            folder,
            folder / "model",
            recipe,
            start=start,
            checkpoints=folder / "checkpoints",
            detector=HaarDetector(),
        )
        reached = evaluate_emotion(folder, trained.artifact, part="test", detector=HaarDetector())
        rows = [[a.example.file, a.example.label, a.estimated, a.confidence] for a in reached.answers]
        kept.write_text(json.dumps(rows))
    return [
        Answer(Example(file, label), estimated, confidence)
        for file, label, estimated, confidence in json.loads(kept.read_text())
    ]


def show(answers: list[Answer], subject_of: dict[str, str]) -> None:
    """Accuracy with two intervals, and the recall of each emotion."""
    right = np.array([answer.right for answer in answers])
    low, high = wilson_interval(int(right.sum()), len(right))
    print(f"accuracy {right.mean():.2%} of {len(right)}; 95% interval {low:.2%} to {high:.2%} (pictures)")
    subjects: dict[str, list[bool]] = {}
    for answer in answers:
        subjects.setdefault(subject_of[answer.example.file], []).append(answer.right)
    each = [np.mean(of_one) for of_one in subjects.values()]
    rng = np.random.default_rng(0)
    means = [rng.choice(each, len(each)).mean() for _ in range(RESAMPLINGS)]
    low, high = np.percentile(means, [2.5, 97.5])
    print(f"  by resampling the {len(each)} subjects: {low:.2%} to {high:.2%}")
    for emotion in EMOTIONS:
        of_it = [answer.right for answer in answers if answer.example.label == emotion]
        print(f"  {emotion}: {np.mean(of_it):.1%} of {len(of_it)}")


if __name__ == "__main__":
    main()
