"""What each ingredient of the emotion training brings, in small: one row a change of the recipe.

    python benchmarks/emotion_ablation.py FER2013 RESULTS --start WEIGHTS   # train the rows that are missing
    python benchmarks/emotion_ablation.py FER2013 RESULTS --table           # print those that are done

A MobileNet needs several epochs of all pictures before it learns anything. So that rows can be short, each
goes on from WEIGHTS, an early checkpoint of one run; the two-layer CNN, which cannot, begins anew. Without
``--start`` all do, and then ``--epochs 20`` is the least that shows differences.
All rows learn from the same pictures and are scored on the same validation part, as the network gives its
answers (no offsets); the test part is never opened. RESULTS keeps each row and the state of the one that is
under way, so that a run can be stopped at any time.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

from mien.training.datasets import LabelledData, Part, read_labelled, split
from mien.training.emotion_checkpoint import Checkpoint
from mien.training.emotion_faces import load_faces
from mien.training.emotion_loop import Batches, fit, loss_and_accuracy, predicted
from mien.training.emotion_network import build, settle_statistics
from mien.training.emotion_recipe import CONTEMPT, EMOTIONS, EmotionTraining
from mien.training.emotion_transfer import begin_with
from mien.training.evaluate import score

ROWS: dict[str, dict[str, object]] = {
    "full recipe": {},
    "labels instead of votes": {"votes": False},
    "no augmentation": {"augmentation": 0.0},
    "augmentation 0.3": {"augmentation": 0.3},
    "augmentation 1.0": {"augmentation": 1.0},
    "no averaging": {"averaging": 0.0},
    "two-layer CNN": {"network": "cnn2", "width": 1.0},
    "contempt as eighth": {"labels": (*EMOTIONS, CONTEMPT)},
    "pictures drawn as they come": {"balance": 0.0},
    "all classes drawn alike": {"balance": 1.0},
    "mixup, half": {"mixup": 0.5},
    "cutmix, half": {"cutmix": 0.5},
    "64 pixels": {"resolution": 64},
    "96 pixels": {"resolution": 96},
    "full recipe, another seed": {"seed": 1},
}
COLUMNS = {
    "label": "ferplus_majority",
    **{f"votes_{name}": name for name in ("neutral", "surprise", "disgust", "fear", "contempt", "unknown")},
    "votes_happy": "happiness",
    "votes_sad": "sadness",
    "votes_angry": "anger",
    "votes_nf": "NF",
}


def main() -> None:
    """Train what is missing, or print what there is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--table", action="store_true", help="print the rows that are done")
    parser.add_argument("--start", type=Path, help="an artifact or a checkpoint to go on from")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=8e-4)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--resolution", type=int, default=48)
    parser.add_argument("--pictures", type=int, default=0, help="learn from so many only; 0 for all")
    given = parser.parse_args()
    if given.table:
        show(given.results)
        return
    base = EmotionTraining(
        epochs=given.epochs,
        learning_rate=given.learning_rate,
        width=given.width,
        resolution=given.resolution,
        warmup_epochs=0.2,
    )
    parts = split(read_labelled(given.data, COLUMNS), base.seed)
    learn = thinned(parts[Part.TRAIN], given.pictures)
    for name, changes in ROWS.items():
        kept = given.results / f"{name}.json"
        if not kept.is_file():
            run_row(kept, replace(base, **changes), learn, parts[Part.VALID], given.start)
    show(given.results)


def thinned(data: LabelledData, pictures: int) -> LabelledData:
    """So many of the examples, evenly spread over the data."""
    n = len(data.examples)
    chosen = [i * n // pictures for i in range(pictures)] if 0 < pictures < n else range(n)
    return replace(data, examples=tuple(data.examples[i] for i in chosen))


def run_row(
    kept: Path, training: EmotionTraining, learn: LabelledData, valid: LabelledData, start: Path | None
) -> None:
    """Train under one recipe and keep what it reached on the validation part's seven emotions."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras  # noqa: PLC0415  (slow to import)

    keras.backend.clear_session()
    keras.utils.set_random_seed(training.seed)
    started = time.process_time()
    checkpoint = Checkpoint(kept.with_suffix(""), training)
    faces, scored = load_faces(learn, training), load_faces(valid, training, scored=True)
    model, batches = build(training), Batches(faces, training)
    if start is not None and training.network == "mobilenet":
        begin_with(model, start, batches.some)
    history = fit(model, batches, scored, checkpoint)
    settle_statistics(model, lambda step: batches(step)[0], batches.an_epoch)
    seven = scored.reference < len(EMOTIONS)
    rows = predicted(model, scored.pixels)[0][seven, : len(EMOTIONS)].astype(float)
    rows /= rows.sum(axis=1, keepdims=True)
    targets = scored.targets[seven, : len(EMOTIONS)]
    loss, _ = loss_and_accuracy(rows, targets)
    kept.write_text(
        json.dumps(
            {
                "name": kept.stem,
                "training": asdict(training),
                "pictures": len(faces.pixels),
                "parameters": model.count_params(),
                "scores": score(scored.reference[seven], rows, EMOTIONS).as_json(),
                "loss": loss,
                "history": history,
                "cpu_s": time.process_time() - started,
            }
        )
    )
    print(f"{kept.stem}: done", flush=True)


def show(results: Path) -> None:
    """The rows that are done as a Markdown table, and the names of those that are not."""
    print("| recipe | accuracy | recall | loss | parameters | CPU minutes |")
    print("| --- | --- | --- | --- | --- | --- |")
    missing = []
    for name in ROWS:
        path = results / f"{name}.json"
        if not path.is_file():
            missing.append(name)
            continue
        row = json.loads(path.read_text())
        scores = row["scores"]
        print(
            f"| {name} | {scores['accuracy']:.1%} | {scores['unweighted_recall']:.1%} | {row['loss']:.3f} |"
            f" {row['parameters']:,} | {row['cpu_s'] / 60:.1f} |"
        )
    if missing:
        print(f"\nNot run: {', '.join(missing)}.")


if __name__ == "__main__":
    main()
