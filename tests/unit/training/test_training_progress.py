"""What a training run says while it goes on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from mien.cli import learning
from mien.cli.learning import Told

if TYPE_CHECKING:
    import pytest


def told(*, terminal: bool) -> tuple[Told, Progress, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120)
    bar = Progress(console=console, disable=not terminal, auto_refresh=False)
    return Told(bar, epochs=3), bar, out


def test_line_shows_loss_accuracy_rate_and_how_far_it_is():
    say, bar, _ = told(terminal=True)
    say.loading(50, 200)
    assert (bar.tasks[0].description, bar.tasks[0].completed, bar.tasks[0].total) == ("Reading", 50, 200)
    say.step(1, 5, 10, {"loss": 0.75, "accuracy": 0.5})
    say.step(1, 6, 10, {"loss": 0.7, "accuracy": 0.625})
    assert (bar.tasks[0].description, bar.tasks[0].completed, bar.tasks[0].total) == ("Epoch 2/3", 16, 30)
    figures = bar.tasks[0].fields["figures"]
    assert "loss 0.7000" in figures
    assert "accuracy 0.6250" in figures
    assert "steps/s" in figures


def test_without_a_terminal_it_says_where_it_is_now_and_then(monkeypatch: pytest.MonkeyPatch):
    now = [1000.0]
    monkeypatch.setattr(learning.time, "monotonic", lambda: now[0])
    say, _, out = told(terminal=False)
    now[0] += 500  # reading the pictures took long; that is no reason to speak at the first step
    for step in range(1, 11):
        say.step(0, step, 10, {"loss": 0.7, "accuracy": 0.6})
        now[0] += 12
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("epoch 1/3  step 6/10  loss 0.7000  accuracy 0.6000")
    assert lines[0].endswith("0.1 steps/s  5 min left")


def test_every_epoch_is_said():
    say, _, out = told(terminal=False)
    say.epoch(0, {"loss": 0.5, "val_accuracy": 0.25})
    assert out.getvalue() == "epoch 1/3  loss 0.5000  val_accuracy 0.2500\n"
