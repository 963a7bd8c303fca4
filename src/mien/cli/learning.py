"""What training and evaluating share in the terminal: options, progress and tables of scores."""

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.output import console, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.progress import Progress as Bar

    from mien.training.evaluate import Scores
    from mien.training.mood_change import DirectionScores
    from mien.training.own_labels import LabelScores
    from mien.training.ranking import RankingScores
    from mien.training.simulate import Simulated

DataArgument = Annotated[
    Path, typer.Argument(metavar="DATA", help="A folder per class, or a folder with index.csv.")
]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="name=header: another header of index.csv.")
]

# Where there is no terminal to draw on, a line is printed so often.
SAID_EVERY_S = 60.0
MistakesOption = Annotated[
    bool,
    typer.Option("--show-mistakes", help="Show the surest mistakes in the report; it shows people's faces."),
]


def train_extra_is_installed() -> bool:
    """Whether there is what fitting a network needs; asking does not import it."""
    return find_spec("keras") is not None and find_spec("tensorflow") is not None


def columns(given: list[str] | None) -> dict[str, str]:
    """What ``--column name=header`` says, by name."""
    headers = {}
    for text in given or []:
        name, equals, header = text.partition("=")
        if not (name and equals and header):
            raise typer.BadParameter(f"--column wants name=header, not {text}")
        headers[name] = header
    return headers


def show_scores(scores: Scores) -> None:
    """The figures and the confusion matrix."""
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


def show_ranking(name: str, split: str, scores: Sequence[RankingScores]) -> None:
    """A row a recommender; the interval is that of the first measure."""
    from rich.table import Table

    measures = list(dict.fromkeys(measure for each in scores for measure in each.means))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left")
    table.title = f"{escaped(name)}: {split}, {scores[0].listeners} listeners asked"
    table.add_column("recommender")
    for measure in measures:
        table.add_column(measure, justify="right")
    for each in scores:
        cells = []
        for measure in measures:
            value = f"{each.means[measure]:.3f}" if measure in each.means else "-"
            if measure == measures[0] and measure in each.intervals:
                low, high = each.intervals[measure]
                value += f" ({low:.3f}-{high:.3f})"
            cells.append(value)
        table.add_row(escaped(each.name), *cells)
    console().print(table)


def show_mood_change(scores: Mapping[str, DirectionScores]) -> None:
    """How well the direction of mood change was told."""
    for name, each in scores.items():
        low, high = each.interval
        console().print(
            f"direction of mood change, {name}: {each.accuracy:.3f} ({low:.3f}-{high:.3f}),"
            f" majority {each.majority:.3f}, {each.n} listens of {each.listeners} listeners"
        )


def show_own_labels(scores: Mapping[str, LabelScores]) -> None:
    """How well listeners' own labels were told."""
    for known, each in scores.items():
        console().print(f"own quadrant, {known} known; {each.n} labels of {each.listeners} listeners:")
        for name, accuracy in each.accuracy.items():
            low, high = each.intervals[name]
            console().print(f"  {name}: {accuracy:.3f} ({low:.3f}-{high:.3f})")


def show_simulated(seen: Simulated) -> None:
    """What the ranking learned of listeners who were made up."""
    terminal = console()
    low, high = seen.disliked_interval
    shares = ", ".join(f"{share:.2%}" for share in seen.disliked_share)
    terminal.print(f"{seen.listeners} made-up listeners")
    terminal.print(f"share of a disliked artist after 0, 1, 2, ... early skips: {shares}")
    terminal.print(f"after 3, 95% interval: {low:.2%} to {high:.2%}")
    for name, curve in (("learning", seen.regret), ("random in the class", seen.regret_at_random)):
        terminal.print(f"regret, twenty songs after twenty, {name}: {', '.join(f'{x:.3f}' for x in curve)}")
    terminal.print(f"{seen.blocked_shown} of {seen.blocked} recommendations were banned or not for now")
    terminal.print(
        f"the guard offered something else after {seen.guard_offered:.0%} of sad runs with sad faces,"
        f" and after {seen.guard_unasked:.0%} of others"
    )


class Told:
    """Draws training on stderr: a live line on a terminal; elsewhere a line an epoch and one a minute."""

    def __init__(self, bar: Bar, epochs: int) -> None:
        self._bar = bar
        self._epochs = epochs
        self._task = bar.add_task("Reading", total=None, figures="")
        self._started = time.monotonic()
        self._first_step: int | None = None
        self._said = self._started

    def loading(self, done: int, total: int) -> None:
        """Files were read."""
        self._bar.update(self._task, description="Reading", completed=done, total=total)

    def step(self, epoch: int, step: int, steps: int, figures: Mapping[str, float]) -> None:
        """A batch was learnt."""
        done = epoch * steps + step
        if self._first_step is None:
            self._first_step, self._started = done, time.monotonic()
            self._said = self._started
        now = time.monotonic()
        rate = (done - self._first_step) / max(1e-9, now - self._started)
        self._bar.update(
            self._task,
            description=f"Epoch {epoch + 1}/{self._epochs}",
            completed=done,
            total=self._epochs * steps,
            figures=f"{_figures(figures)}  {rate:.1f} steps/s",
        )
        if self._bar.disable and now - self._said >= SAID_EVERY_S:
            self._said = now
            left = (self._epochs * steps - done) / max(1e-9, rate) / 60
            told = f"{_figures(figures)}  {rate:.1f} steps/s  {left:.0f} min left"
            self._bar.console.print(f"epoch {epoch + 1}/{self._epochs}  step {step}/{steps}  {told}")

    def fold(self, done: int, folds: int, figures: Mapping[str, float]) -> None:
        """A fold of a cross-validation is done."""
        self._bar.update(
            self._task, description="Fold", completed=done, total=folds, figures=_figures(figures)
        )
        self._bar.console.print(f"fold {done}/{folds}  {_figures(figures)}")

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """An epoch is done."""
        self._bar.console.print(f"epoch {epoch + 1}/{self._epochs}  {_figures(figures)}")


def _figures(figures: Mapping[str, Any]) -> str:
    return "  ".join(f"{name} {float(value):.4f}" for name, value in figures.items())


@contextmanager
def training_progress(steps: int = 0) -> Iterator[Told]:
    """Draws on stderr while it is open."""
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
        yield Told(bar, steps)
