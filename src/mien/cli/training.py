"""``mien train``: the paper's training phase, on anyone's own labelled data."""

from __future__ import annotations

import json
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import WorkersOption
from mien.cli.learning import (
    ColumnOption,
    DataArgument,
    MistakesOption,
    columns,
    show_scores,
    train_extra_is_installed,
    training_progress,
)
from mien.cli.output import console, escaped
from mien.errors import ConfigurationError, MienError
from mien.sentences import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mien.training.emotion import TrainedEmotion

ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")]
AboutOption = Annotated[str, typer.Option("--about", help="What the data is and its terms; kept with it.")]
FaultOption = Annotated[
    Path | None,
    typer.Option("--fault-file", hidden=True, help="Where a program is told, as JSON, why it failed."),
]

# The paper's own figures at its last epoch; on a random split of frames of the same people.
PAPER = {"loss": 0.0887, "accuracy": 0.9843, "val_loss": 0.2725, "val_accuracy": 0.9881}
_NOTHING_SAID = "Nothing was said of where the data comes from and under which terms (--about)."
_SHIPPED = Path("shipped")
# So many files are named in the terminal; the report names all.
_NAMED = 5
_SCORED = {
    "validation": "Validation part",
    "test": "Test part",
    "validation_second": "Validation part, second label",
    "test_second": "Test part, second label",
}
_SPOKEN = {
    "loss": "training loss",
    "accuracy": "training accuracy",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy",
}


class NetworkName(StrEnum):
    """What can be trained on faces."""

    MOBILENET = "mobilenet"
    CNN2 = "cnn2"


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
    detect: Annotated[
        bool, typer.Option("--detect", help="Pictures are whole; find and crop the face in each first.")
    ] = False,
    random_split: Annotated[
        bool,
        typer.Option(
            "--random-split", help="Split picture by picture, as in the paper: people are on both sides."
        ),
    ] = False,
    contempt: Annotated[bool, typer.Option("--contempt", help="Learn it too, as an eighth class.")] = False,
    votes: Annotated[
        bool, typer.Option("--votes/--labels-only", help="Learn the votes where there are any.")
    ] = True,
    second_label: Annotated[
        str,
        typer.Option(
            metavar="HEADER", help="A column of index.csv with another label, for a second head to learn."
        ),
    ] = "",
    network: Annotated[NetworkName, typer.Option(help="What to train.")] = NetworkName.MOBILENET,
    epochs: Annotated[
        int, typer.Option(min=0, help="Passes over the training part; 0 only decides anew on --start.")
    ] = 30,
    width: Annotated[float, typer.Option(min=0.1, max=2.0, help="Multiplier of each layer's width.")] = 1.0,
    resolution: Annotated[int, typer.Option(min=32, max=320, help="Side of the input, in pixels.")] = 64,
    colour: Annotated[bool, typer.Option("--colour/--grey", help="Read colour pictures as such.")] = False,
    batch: Annotated[int, typer.Option(min=1, help="Pictures a step.")] = 64,
    learning_rate: Annotated[float, typer.Option(min=1e-6, max=1.0, help="At its highest.")] = 1.5e-3,
    warmup_epochs: Annotated[float, typer.Option(min=0, help="Until the learning rate is there.")] = 2.0,
    augmentation: Annotated[float, typer.Option(min=0, max=2, help="Strength of random changes.")] = 0.6,
    mixup: Annotated[float, typer.Option(min=0, max=1, help="Share of pictures that are blended.")] = 0.0,
    cutmix: Annotated[float, typer.Option(min=0, max=1, help="Share that gets another's rectangle.")] = 0.0,
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
    start: Annotated[
        Path | None,
        typer.Option(
            help="Begin with an artifact (its folder, or 'shipped' for Mien's own) or a checkpoint."
        ),
    ] = None,
    start_share: Annotated[
        float, typer.Option(min=0, max=1, help="How much of --start's weights is mixed in at the end.")
    ] = 0.0,
    mirrored: Annotated[
        bool,
        typer.Option(
            "--mirrored/--as-seen",
            help="Answer with the mean for a face and its mirror image: more often right, at twice the time.",
        ),
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 20261122,
    about: AboutOption = "",
    show_mistakes: MistakesOption = False,
    resume: ResumeOption = False,
    fault_file: FaultOption = None,
) -> None:
    """Train the emotion network on labelled pictures of faces.

    DATA is a folder per class, or has an index.csv with file,label and, where known, subject, split and
    votes_LABEL. It is split 21,000 : 2,600 : 2,600 as in the paper, unless it says its own split. The state
    is kept every few minutes, so that an interrupted run goes on with --resume.

    Example: mien train emotion portraits/ --detect --out my-model
    """
    _require_train_extra()
    from mien import artifacts
    from mien.training import emotion as trainer
    from mien.training.emotion_recipe import CONTEMPT, EMOTIONS
    from mien.vision.detect import HaarDetector

    checkpoints = _checkpoints(out, resume=resume)
    training = trainer.EmotionTraining(
        network=network.value,
        width=width,
        resolution=resolution,
        channels=3 if colour else 1,
        labels=(*EMOTIONS, CONTEMPT) if contempt else EMOTIONS,
        epochs=epochs,
        batch=batch,
        learning_rate=learning_rate,
        warmup_epochs=warmup_epochs,
        balance=balance,
        votes=votes,
        second_label=second_label,
        augmentation=augmentation,
        mixup=mixup,
        cutmix=cutmix,
        start_share=start_share,
        mirrored=mirrored,
        prior_exponent=prior_exponent,
        random_split=random_split,
        seed=seed,
    )
    with fault_kept(fault_file), training_progress(epochs) as told:
        trained = trainer.train_emotion(
            data,
            out,
            training,
            columns=columns(column),
            about=about,
            start=artifacts.shipped("emotion").folder if start == _SHIPPED else start,
            checkpoints=checkpoints,
            detector=HaarDetector() if detect else None,
            progress=told,
        )
    _report_emotion(data, out, trained, show_mistakes=show_mistakes)


def _report_emotion(data: Path, out: Path, trained: TrainedEmotion, *, show_mistakes: bool) -> None:
    from mien.training.report import Report, write_report

    artifact = trained.artifact
    left_out = {
        f"pictures of the {part} part left out: no face was found in them": files
        for part, files in trained.without_face.items()
        if files
    }
    report = Report(
        title="Emotion network: training report",
        facts={"data": str(data), "version": artifact.version, **artifact.training, **artifact.decision},
        counts=artifact.data["labels"],
        beside={_SPOKEN[name]: (trained.final.get(name), papers) for name, papers in PAPER.items()},
        history=trained.history,
        scores={_SCORED[name]: scores for name, scores in trained.scores.items()},
        notes=[artifact.data["split"], artifact.data["about"] or _NOTHING_SAID],
        left_out=left_out,
        mistakes=trained.mistakes if show_mistakes else (),
    )
    page = write_report(out, report)
    terminal = console()
    for why, files in left_out.items():
        terminal.print(f"{len(files)} {why}: {escaped(', '.join(files[:_NAMED]))}")
    show_scores(trained.scores["test"])
    terminal.print(f"Artifact in {escaped(str(out))}, report in {escaped(str(page))}")


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
    fault_file: FaultOption = None,
) -> None:
    """Train the song network on labelled songs.

    DATA is a folder per class, of any number and names, or has an index.csv with file and mood, quadrant, or
    valence and arousal (-1 to 1) and, where known, artist and fold. The scores are of a cross-validation in
    which no artist is on two sides.

    Example: mien train mood songs/ --out my-model
    """
    _require_train_extra()
    from mien.config import load_settings
    from mien.training import mood as trainer
    from mien.training.report import Report, write_report

    with fault_kept(fault_file), training_progress() as told:
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
    left_out = [f"{file}: {why}" for file, why in trained.songs.left_out.items()]
    report = Report(
        title="Song network: training report",
        facts={"data": str(data), "version": artifact.version, **artifact.training, **_signs(trained.signs)},
        counts=artifact.data["labels"],
        history=trained.history,
        scores={f"{name.capitalize()}, cross-validated": scores for name, scores in trained.scores.items()},
        notes=[artifact.data["about"] or _NOTHING_SAID],
        left_out={"songs left out: they cannot be measured": left_out} if left_out else {},
        plane=trained.plane,
    )
    page = write_report(out, report)
    for name, scores in trained.scores.items():
        console().print(f"\n{name}, cross-validated:")
        show_scores(scores)
    for what, share in _signs(trained.signs).items():
        console().print(f"{what}: {share}")
    console().print(f"Artifact in {escaped(str(out))}, report in {escaped(str(page))}")


def _signs(signs: Mapping[str, float]) -> dict[str, str]:
    return {f"sign of {name} right": f"{share:.1%}" for name, share in signs.items()}


@contextmanager
def fault_kept(file: Path | None) -> Iterator[None]:
    """What goes wrong within is left in a file, with its code, besides being raised."""
    try:
        yield
    except MienError as error:
        if file is not None:
            file.write_text(json.dumps(sentence_of(error).to_json()), encoding="utf-8")
        raise


def _checkpoints(out: Path, *, resume: bool) -> Path:
    folder = out / "checkpoints"
    # A run that failed at once leaves the folder with nothing in it to go on with.
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise ConfigurationError(f"{out} holds a run: give --resume to go on with it, or another --out")
    return folder


def _require_train_extra() -> None:
    if not train_extra_is_installed():
        raise ConfigurationError("training needs Keras and TensorFlow: pip install 'mien[train]'")
