"""``mien train``: the paper's training phase, on anyone's own labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.app import WorkersOption
from mien.cli.learning import (
    ColumnOption,
    DataArgument,
    columns,
    show_scores,
    train_extra_is_installed,
    training_progress,
)
from mien.cli.output import console, escaped
from mien.errors import ConfigurationError

ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")]
AboutOption = Annotated[str, typer.Option("--about", help="What the data is and its terms; kept with it.")]

# The paper's own figures at its last epoch; on a random split of frames of the same people.
PAPER = {"loss": 0.0887, "accuracy": 0.9843, "val_loss": 0.2725, "val_accuracy": 0.9881}
_SPOKEN = {
    "loss": "training loss",
    "accuracy": "training accuracy",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    train = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Train a network on your own labelled data."
    )
    train.command("emotion")(train_emotion)
    train.command("mood")(train_mood)
    app.add_typer(train, name="train")


def train_emotion(
    data: DataArgument,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the artifact and the report.")] = Path(
        "emotion-model"
    ),
    column: ColumnOption = None,
    epochs: Annotated[int, typer.Option(min=0, help="Passes over the training part.")] = 30,
    width: Annotated[float, typer.Option(min=0.1, max=2.0, help="MobileNet's width multiplier.")] = 1.0,
    resolution: Annotated[int, typer.Option(min=32, max=320, help="Side of the input, in pixels.")] = 64,
    colour: Annotated[bool, typer.Option("--colour/--grey", help="Read colour pictures as such.")] = False,
    batch: Annotated[int, typer.Option(min=1, help="Pictures a step.")] = 64,
    learning_rate: Annotated[float, typer.Option(min=1e-6, max=1.0, help="At its highest.")] = 1.5e-3,
    augmentation: Annotated[float, typer.Option(min=0, max=2, help="Strength of random changes.")] = 0.6,
    balance: Annotated[float, typer.Option(min=0, max=1, help="1 draws every class alike.")] = 0.2,
    prior_exponent: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="How far the classes' frequencies in training are taken back in the decision; by default"
            " what does best on the validation part.",
        ),
    ] = None,
    start: Annotated[Path | None, typer.Option(help="Begin with these weights (*.weights.h5).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 20261122,
    about: AboutOption = "",
    resume: ResumeOption = False,
) -> None:
    """Train the emotion network (MobileNet) on labelled pictures of faces.

    DATA is a folder per class, or has an index.csv with file,label and, where known, subject, split and
    votes_LABEL. The state is kept after each epoch, so that an interrupted run goes on with --resume.

    Example: mien train emotion faces/ --out my-model
    """
    _require_train_extra()
    from mien.training import emotion as trainer
    from mien.training.report import Report, write_report

    checkpoints = _checkpoints(out, resume=resume)
    training = trainer.EmotionTraining(
        width=width,
        resolution=resolution,
        channels=3 if colour else 1,
        epochs=epochs,
        batch=batch,
        learning_rate=learning_rate,
        augmentation=augmentation,
        balance=balance,
        prior_exponent=prior_exponent,
        seed=seed,
    )
    with training_progress(epochs) as told:
        trained = trainer.train_emotion(
            data,
            out,
            training,
            columns=columns(column),
            about=about,
            start=start,
            checkpoints=checkpoints,
            progress=told,
        )
    artifact, final = trained.artifact, trained.final if epochs else {}
    report = Report(
        title="Emotion network: training report",
        facts={"data": str(data), "version": artifact.version, **artifact.training, **artifact.decision},
        counts=artifact.data["labels"],
        beside={_SPOKEN[name]: (final.get(name), papers) for name, papers in PAPER.items()},
        history=trained.history,
        scores=trained.scores,
    )
    page = write_report(out, report)
    show_scores(trained.scores["test"])
    console().print(f"Artifact in {escaped(str(out))}, report in {escaped(str(page))}")


def train_mood(
    data: DataArgument,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the artifact and the report.")] = Path("mood-model"),
    column: ColumnOption = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the songs.")] = 30,
    members: Annotated[int, typer.Option(min=1, max=32, help="Networks that are averaged.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 20261122,
    workers: WorkersOption = None,
    about: AboutOption = "",
    resume: ResumeOption = False,
) -> None:
    """Train the song network on labelled songs.

    DATA is a folder per class, or has an index.csv with file and mood or quadrant and, where known, artist
    and fold. The scores are of a cross-validation in which no artist is on two sides.

    Example: mien train mood songs/ --out my-model
    """
    _require_train_extra()
    from mien.config import load_settings
    from mien.training import mood as trainer
    from mien.training.report import Report, write_report

    with training_progress() as told:
        trained = trainer.train_mood(
            data,
            out,
            trainer.MoodTraining(epochs=epochs, members=members, seed=seed),
            columns=columns(column),
            about=about,
            checkpoints=_checkpoints(out, resume=resume),
            workers=load_settings({"workers": workers}).workers,
            progress=told,
        )
    artifact = trained.artifact
    report = Report(
        title="Song network: training report",
        facts={"data": str(data), "version": artifact.version, **artifact.training},
        history=trained.history,
        scores=trained.scores,
    )
    page = write_report(out, report)
    for name, scores in trained.scores.items():
        console().print(f"\n{name}, cross-validated:")
        show_scores(scores)
    console().print(f"Artifact in {escaped(str(out))}, report in {escaped(str(page))}")


def _checkpoints(out: Path, *, resume: bool) -> Path:
    folder = out / "checkpoints"
    if folder.exists() and not resume:
        raise ConfigurationError(f"{out} holds a run: give --resume to go on with it, or another --out")
    return folder


def _require_train_extra() -> None:
    if not train_extra_is_installed():
        raise ConfigurationError("training needs Keras and TensorFlow: pip install 'mien[train]'")
