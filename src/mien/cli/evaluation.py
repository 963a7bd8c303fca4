"""``mien evaluate``: how good a network is on labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.app import JsonOption, WorkersOption
from mien.cli.learning import ColumnOption, DataArgument, columns, show_scores, training_progress
from mien.cli.output import console, print_json

ArtifactOption = Annotated[Path | None, typer.Option(help="A model artifact; by default the one shipped.")]
ReportOption = Annotated[Path | None, typer.Option("--report", help="Folder for a report (HTML and JSON).")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    evaluate = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Score a network on labelled data."
    )
    evaluate.command("emotion")(evaluate_emotion)
    evaluate.command("mood")(evaluate_mood)
    app.add_typer(evaluate, name="evaluate")


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
    from mien.training.emotion_scores import evaluate_emotion as evaluate
    from mien.training.report import Report, write_report
    from mien.vision.detect import HaarDetector

    used = artifacts.chosen(artifact, "emotion")
    with training_progress() as told:
        result = evaluate(
            data,
            used,
            columns=columns(column),
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
    show_scores(result.scores)
    if result.left_out:
        console().print(f"{result.left_out} examples left out: another part, or a label that is no emotion")
    if result.without_face:
        console().print(f"{result.without_face} pictures without a face that was found; read as a whole")


def evaluate_mood(
    data: DataArgument,
    *,
    artifact: ArtifactOption = None,
    column: ColumnOption = None,
    fold: Annotated[str | None, typer.Option(help="Only this fold of index.csv.")] = None,
    workers: WorkersOption = None,
    report: ReportOption = None,
    json: JsonOption = False,
) -> None:
    """Score a song network: accuracy, recall, F1, calibration, confusion matrix of each head.

    Songs that the network learnt from are no test of it; the artifact holds its cross-validated scores.

    Example: mien evaluate mood songs/ --artifact my-model
    """
    from mien import artifacts
    from mien.config import load_settings
    from mien.training.mood import evaluate_mood as evaluate
    from mien.training.report import Report, write_report

    used = artifacts.chosen(artifact, "mood")
    count = load_settings({"workers": workers}).workers
    with training_progress() as told:
        result = evaluate(data, used, columns=columns(column), fold=fold, workers=count, progress=told)
    if report is not None:
        facts = {"data": str(data), "fold": fold or "all", "artifact": used.version, **result.signs}
        write_report(report, Report("Song network: evaluation", facts, scores=result.scores))
    if json:
        heads = {name: scores.as_json() for name, scores in result.scores.items()}
        signs = {name: round(share, 5) for name, share in result.signs.items()}
        print_json({"artifact": used.version, **heads, "signs": signs, "left_out": dict(result.left_out)})
        return
    for name, scores in result.scores.items():
        console().print(f"\n{name}:")
        show_scores(scores)
    for name, share in result.signs.items():
        console().print(f"{name} sign right: {share:.1%}")
    if result.left_out:
        console().print(f"{len(result.left_out)} songs could not be measured")
