"""``mien train`` and ``mien evaluate``: the paper's training phase, on anyone's own labelled data."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.app import JsonOption
from mien.cli.output import console, escaped, print_json
from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import Progress as Bar

    from mien.training.evaluate import Scores

DataArgument = Annotated[
    Path, typer.Argument(metavar="DATA", help="A folder per class, or a folder with index.csv.")
]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="name=header: another header of index.csv.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the artifact and the report.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")]
AboutOption = Annotated[str, typer.Option("--about", help="What the data is and its terms; kept with it.")]
ReportOption = Annotated[Path | None, typer.Option("--report", help="Folder for a report (HTML and JSON).")]

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
    app.add_typer(train, name="train")
    evaluate = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Score a network on labelled data."
    )
    evaluate.command("emotion")(evaluate_emotion)
    app.add_typer(evaluate, name="evaluate")


def train_emotion(
    data: DataArgument,
    *,
    out: OutOption = Path("emotion-model"),
    column: ColumnOption = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training part.")] = 30,
    width: Annotated[float, typer.Option(min=0.1, max=2.0, help="MobileNet's width multiplier.")] = 1.0,
    resolution: Annotated[int, typer.Option(min=32, max=320, help="Side of the input, in pixels.")] = 64,
    colour: Annotated[bool, typer.Option("--colour/--grey", help="Read colour pictures as such.")] = False,
    batch: Annotated[int, typer.Option(min=1, help="Pictures a step.")] = 64,
    learning_rate: Annotated[float, typer.Option(min=1e-6, max=1.0, help="At its highest.")] = 1.5e-3,
    augmentation: Annotated[float, typer.Option(min=0, max=2, help="Strength of random changes.")] = 0.6,
    balance: Annotated[float, typer.Option(min=0, max=1, help="1 draws every class alike.")] = 0.2,
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

    checkpoints = out / "checkpoints"
    if checkpoints.exists() and not resume:
        raise ConfigurationError(
            f"{out} holds a run already: give --resume to go on with it, or another --out"
        )
    training = trainer.EmotionTraining(
        width=width,
        resolution=resolution,
        channels=3 if colour else 1,
        epochs=epochs,
        batch=batch,
        learning_rate=learning_rate,
        augmentation=augmentation,
        balance=balance,
        seed=seed,
    )
    with _training_progress(epochs) as told:
        artifact, history, scores = trainer.train_emotion(
            data,
            out,
            training,
            columns=_columns(column),
            about=about,
            start=start,
            checkpoints=checkpoints,
            progress=told,
        )
    report = Report(
        title="Emotion network: training report",
        facts={"data": str(data), "version": artifact.version, **artifact.training},
        counts=artifact.data["labels"],
        beside={_SPOKEN[name]: (history[-1].get(name), papers) for name, papers in PAPER.items()},
        history=history,
        scores=scores,
    )
    page = write_report(out, report)
    _show_scores(scores["test"])
    console().print(f"Artifact in {escaped(str(out))}, report in {escaped(str(page))}")


def evaluate_emotion(
    data: DataArgument,
    *,
    artifact: Annotated[
        Path | None, typer.Option(help="A model artifact; by default the one shipped.")
    ] = None,
    column: ColumnOption = None,
    split: Annotated[str | None, typer.Option(help="Only this part of index.csv.")] = None,
    detect: Annotated[
        bool, typer.Option("--detect", help="Pictures are whole; find the face first.")
    ] = False,
    report: ReportOption = None,
    json: JsonOption = False,
) -> None:
    """Score an emotion network: accuracy, recall, F1, calibration, confusion matrix.

    Example: mien evaluate emotion faces/ --split test
    """
    from mien import artifacts
    from mien.training.emotion import evaluate_emotion as evaluate
    from mien.training.report import Report, write_report
    from mien.vision.detect import HaarDetector

    used = artifacts.load(artifact, "emotion") if artifact else artifacts.shipped("emotion")
    with _training_progress(0) as told:
        result = evaluate(
            data,
            used,
            columns=_columns(column),
            part=split,
            detector=HaarDetector() if detect else None,
            progress=told,
        )
    if report is not None:
        facts = {
            "data": str(data),
            "part": split or "all",
            "artifact": used.version,
            "left out": result.left_out,
        }
        write_report(report, Report("Emotion network: evaluation", facts, scores={"Scores": result.scores}))
    if json:
        numbers = {"left_out": result.left_out, "without_face": result.without_face}
        print_json({"artifact": used.version, **result.scores.as_json(), **numbers})
        return
    _show_scores(result.scores)
    if result.left_out:
        console().print(f"{result.left_out} examples left out: another part, or a label that is no emotion")
    if result.without_face:
        console().print(f"{result.without_face} pictures without a face that was found; read as a whole")


def _require_train_extra() -> None:
    from importlib.util import find_spec

    if find_spec("keras") is None or find_spec("tensorflow") is None:
        raise ConfigurationError("training needs Keras and TensorFlow: pip install 'mien[train]'")


def _columns(given: list[str] | None) -> dict[str, str]:
    columns = {}
    for text in given or []:
        name, equals, header = text.partition("=")
        if not (name and equals and header):
            raise typer.BadParameter(f"--column wants name=header, not {text}")
        columns[name] = header
    return columns


def _show_scores(scores: Scores) -> None:
    from rich.table import Table

    terminal = console()
    low, high = scores.accuracy_interval
    terminal.print(
        f"[bold]accuracy {scores.accuracy:.2%}[/bold]"
        f" (95% interval {low:.2%} to {high:.2%}, {scores.n} examples)\n"
        f"unweighted average recall {scores.unweighted_recall:.2%}, macro F1 {scores.macro_f1:.3f},"
        f" calibration error {scores.calibration_error:.2%},"
        f" accuracy on the 80% surest {scores.accuracy_on_surest:.2%}"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left")
    table.add_column("reference / estimated")
    for name in scores.labels:
        table.add_column(name, justify="right")
    table.add_column("recall", justify="right")
    for name, row in zip(scores.labels, scores.confusion, strict=True):
        recall = scores.recall[name]
        table.add_row(name, *map(str, row), "-" if recall is None else f"{recall:.1%}")
    terminal.print(table)


class _Told:
    """Draws training on stderr: a live line on a terminal, a line an epoch elsewhere."""

    def __init__(self, bar: Bar, epochs: int) -> None:
        self._bar = bar
        self._epochs = epochs
        self._task = bar.add_task("Reading", total=None, figures="")
        self._started = time.monotonic()
        self._first_step: int | None = None

    def loading(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

    def step(self, epoch: int, step: int, steps: int, figures: Mapping[str, float]) -> None:
        done = epoch * steps + step
        if self._first_step is None:
            self._first_step, self._started = done, time.monotonic()
        rate = (done - self._first_step) / max(1e-9, time.monotonic() - self._started)
        self._bar.update(
            self._task,
            description=f"Epoch {epoch + 1}/{self._epochs}",
            completed=done,
            total=self._epochs * steps,
            figures=f"{_figures(figures)}  {rate:.1f} steps/s",
        )

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        self._bar.console.print(f"epoch {epoch + 1}/{self._epochs}  {_figures(figures)}")


def _figures(figures: Mapping[str, Any]) -> str:
    return "  ".join(f"{name} {float(value):.4f}" for name, value in figures.items())


@contextmanager
def _training_progress(epochs: int) -> Iterator[_Told]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    terminal = console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        yield _Told(bar, epochs)
