"""``mien evaluate``: how good a network is on labelled data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, WorkersOption, open_mien
from mien.cli.folders import require_writable
from mien.cli.learning import (
    ColumnOption,
    DataArgument,
    MistakesOption,
    columns,
    show_mood_change,
    show_own_labels,
    show_ranking,
    show_scores,
    show_simulated,
    training_progress,
)
from mien.cli.output import console, print_json, progress
from mien.errors import ConfigurationError, DatasetError, MienError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mien.training.recommend import Listening

ArtifactOption = Annotated[Path | None, typer.Option(help="A model artifact; by default the one shipped.")]
ReportOption = Annotated[Path | None, typer.Option("--report", help="Folder for a report (HTML and JSON).")]


class HeadName(StrEnum):
    """The heads that an emotion artifact can have."""

    EMOTIONS = "emotions"
    SECOND = "second"


class SplitName(StrEnum):
    """What is asked of each listener's history: ``mien.training.recommend.SPLITS``."""

    LAST = "last"
    TAIL = "tail"
    LISTENERS = "listeners"


class PartName(StrEnum):
    """Which listens are asked about, where the data marks a test."""

    TEST = "test"
    VALID = "valid"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    evaluate = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Score a network on labelled data."
    )
    evaluate.command("emotion")(evaluate_emotion)
    evaluate.command("mood")(evaluate_mood)
    evaluate.command("recommend")(evaluate_recommend)
    app.add_typer(evaluate, name="evaluate")


def evaluate_emotion(
    data: DataArgument,
    *,
    artifact: ArtifactOption = None,
    column: ColumnOption = None,
    split: Annotated[str | None, typer.Option(help="Only this part of index.csv.")] = None,
    detect: Annotated[
        bool, typer.Option("--detect", help="Pictures are whole; find the face first.")
    ] = False,
    head: Annotated[
        HeadName,
        typer.Option(help="The emotions as Mien reads them, or the second label, where there is one."),
    ] = HeadName.EMOTIONS,
    report: ReportOption = None,
    show_mistakes: MistakesOption = False,
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
    _require_place(report)
    with training_progress() as told:
        result = evaluate(
            data,
            used,
            columns=columns(column),
            part=split,
            detector=HaarDetector() if detect else None,
            head=head.value,
            progress=told,
        )
    if report is not None:
        facts = {
            "data": str(data),
            "part": split or "all",
            "artifact": used.version,
            "left out": result.left_out,
        }
        mistakes = result.mistakes if show_mistakes else ()
        scores = {"Scores": result.scores}
        write_report(report, Report("Emotion network: evaluation", facts, scores=scores, mistakes=mistakes))
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
    _require_place(report)
    count = load_settings({"workers": workers}).workers
    with training_progress() as told:
        result = evaluate(data, used, columns=columns(column), fold=fold, workers=count, progress=told)
    if report is not None:
        facts = {"data": str(data), "fold": fold or "all", "artifact": used.version, **result.signs}
        title = "Song network: evaluation"
        write_report(report, Report(title, facts, scores=result.scores, plane=result.plane))
    if json:
        heads = {name: scores.as_json() for name, scores in result.scores.items()}
        signs = {name: round(share, 5) for name, share in result.signs.items()}
        print_json(
            {
                "artifact": used.version,
                **heads,
                "signs": signs,
                "left_out": {file: str(why) for file, why in result.left_out.items()},
            }
        )
        return
    for name, scores in result.scores.items():
        console().print(f"\n{name}:")
        show_scores(scores)
    for name, share in result.signs.items():
        console().print(f"{name} sign right: {share:.1%}")
    if result.left_out:
        console().print(f"{len(result.left_out)} songs could not be measured")


def _require_place(report: Path | None) -> None:
    """What is worked out for long should not be lost for want of a place."""
    if report is not None:
        try:
            require_writable(report)
        except MienError as error:
            raise ConfigurationError(f"--report: {error}; give another folder") from None


def evaluate_recommend(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="[DATA]", help="A table of listens, a file of mien export, or a folder."),
    ] = None,
    *,
    split: Annotated[
        SplitName, typer.Option("--split", help="What is asked of each history.")
    ] = SplitName.LAST,
    part: Annotated[
        PartName, typer.Option("--part", help="The marked test, or valid to leave it out.")
    ] = PartName.TEST,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Made-up listeners with planted tastes, in place of DATA.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Compare ways to recommend on listens of the past: every track is ranked.

    Without DATA, on the listens of this library: of everyone who takes part, and your own. A folder may hold
    lastfm_sequences.csv, SiTunes's and TROMPA's tables; each is evaluated in its own way.

    Example: mien evaluate recommend my-listens.json --split tail
    """
    from mien.training import recommend

    if simulate:
        _simulate(json=json)
        return
    answer: dict[str, object] = {}
    with progress("Comparing", None) as update:
        for listening in _listening(data, part):
            scores = []
            for score in recommend.compare(listening, split):
                scores.append(score)
                update(len(scores), score.name)
            answer |= recommend.as_json(listening, split, scores)
            if not json:
                show_ranking(listening.name, split, scores)
    if data is not None and data.is_dir():
        answer |= _moods_of_listeners(data, show=not json)
    if not answer:
        raise DatasetError(
            f"{data} holds no listens: give a CSV with user,item,order, or a file of mien export"
        )
    if json:
        print_json(answer)


def _simulate(*, json: bool) -> None:
    from mien.training.simulate import simulate

    seen = simulate()
    if json:
        print_json({"simulated": seen.as_json()})
    else:
        show_simulated(seen)


def _listening(data: Path | None, part: str) -> Iterator[Listening]:
    """What of the data is about who heard what."""
    from mien.training import recommend

    if data is None:
        with open_mien() as mien:
            yield recommend.from_store(mien.store, mien.listener)
    elif data.is_dir():
        for file in sorted(data.glob("*_sequences.csv")):
            yield recommend.read_sequences(file, part=part)
    elif data.suffix == ".json":
        yield recommend.read_export(data)
    else:
        yield recommend.read_sequences(data, part=part)


def _moods_of_listeners(folder: Path, *, show: bool) -> dict[str, object]:
    """What of a folder is about listeners' moods, and what they hear in songs."""
    from mien.training import mood_change, own_labels

    answer: dict[str, object] = {}
    if (folder / mood_change.INTERACTIONS).exists():
        changes = mood_change.evaluate_mood_change(folder)
        answer["mood change"] = {name: scores.as_json() for name, scores in changes.items()}
        if show:
            show_mood_change(changes)
    if (folder / own_labels.ANNOTATIONS).exists():
        labels = own_labels.read_labels(folder / own_labels.ANNOTATIONS)
        told = {
            name: own_labels.evaluate_own_labels(labels, few=few)
            for name, few in (("all the rest of their own labels", None), ("ten", 10), ("five", 5))
        }
        answer["own labels"] = {name: scores.as_json() for name, scores in told.items()}
        if show:
            show_own_labels(told)
    return answer
