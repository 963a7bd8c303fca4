"""What a training run or an evaluation reached, as one HTML file with plots and as JSON."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mien.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mien.training.evaluate import Scores

WIDTH, HEIGHT, PAD = 520, 240, 36
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --line: #c9d1db;
  --a: #2563a8; --b: #c2571a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --paper: #14181e; --line: #3a434f; --a: #7fb2ea; --b: #f0a06a; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; font-weight: 600; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } .scroll { overflow-x: auto; }
svg { max-width: 100%; height: auto; } svg text { fill: currentColor; font-size: 11px; }
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported.

    Attributes:
        title: of the page.
        facts: what was trained or evaluated, on what, with what; name and value.
        counts: how many examples a class, by part.
        beside: figures to compare, by name: ours and the paper's; None where there is none.
        history: loss and accuracy by epoch (``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``).
        scores: by the name of what was scored.
    """

    title: str
    facts: Mapping[str, Any]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    beside: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    scores: Mapping[str, Scores] = field(default_factory=dict)


def write_report(folder: Path, report: Report) -> Path:
    """Write ``report.html`` and ``report.json`` to ``folder``, which is made where it is missing.

    Returns:
        The HTML file.

    Raises:
        ArtifactError: the folder cannot be written.
    """
    values = {
        "title": report.title,
        "facts": dict(report.facts),
        "counts": report.counts,
        "beside": report.beside,
        "history": list(report.history),
        "scores": {name: scores.as_json() for name, scores in report.scores.items()},
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(
            json.dumps(values, indent=2, default=str) + "\n", encoding="utf-8"
        )
        page = folder / "report.html"
        page.write_text(as_html(report), encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"cannot write a report to {folder}: {error.strerror}") from None
    return page


def as_html(report: Report) -> str:
    """The report as one page that needs nothing else."""
    parts = [f"<h1>{_text(report.title)}</h1>"]
    if report.counts:
        labels = list(dict.fromkeys(label for counts in report.counts.values() for label in counts))
        rows: list[list[object]] = [
            [label, *(counts.get(label, 0) for counts in report.counts.values())] for label in labels
        ]
        parts.append(_table("Examples a class", ["", *report.counts], rows))
    if report.beside:
        rows = [[name, _figure(ours), _figure(papers)] for name, (ours, papers) in report.beside.items()]
        parts.append(_table("Beside the paper", ["", "here", "paper"], rows))
    parts.append(_table("What and how", ["", ""], [[name, value] for name, value in report.facts.items()]))
    for name, what in (("accuracy", "Accuracy"), ("loss", "Loss")):
        lines = {
            part: [epoch[key] for epoch in report.history if key in epoch]
            for part, key in (("training", name), ("validation", f"val_{name}"))
        }
        if any(lines.values()):
            parts.append(f"<h2>{what} by epoch</h2>{_curves(lines)}")
    for name, scores in report.scores.items():
        parts.append(f"<h2>{_text(name)}</h2>{_scores(scores)}")
    body = "\n".join(parts)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(report.title)}</title><style>{_STYLE}</style>\n{body}\n</html>\n"
    )


def _scores(scores: Scores) -> str:
    low, high = scores.accuracy_interval
    summary: list[list[object]] = [
        ["accuracy", f"{scores.accuracy:.2%} (95% interval {low:.2%} to {high:.2%})"],
        ["unweighted average recall", f"{scores.unweighted_recall:.2%}"],
        ["macro F1", f"{scores.macro_f1:.3f}"],
        ["expected calibration error, 15 bins", f"{scores.calibration_error:.2%}"],
        ["accuracy on the 80% surest", f"{scores.accuracy_on_surest:.2%}"],
        ["log loss", f"{scores.log_loss:.4f}"],
        ["examples", scores.n],
    ]
    classes: list[list[object]] = [
        [name, sum(row), _figure(scores.precision[name]), _figure(scores.recall[name])]
        for name, row in zip(scores.labels, scores.confusion, strict=True)
    ]
    return (
        _table("Summary", ["", ""], summary)
        + _table("By class", ["", "examples", "precision", "recall"], classes)
        + _confusion(scores)
        + f"<h3>Calibration: accuracy against confidence</h3>{_calibration(scores)}"
    )


def _confusion(scores: Scores) -> str:
    head = "".join(f"<th scope=col>{_text(label)}</th>" for label in scores.labels)
    rows = []
    for name, row in zip(scores.labels, scores.confusion, strict=True):
        total = max(1, sum(row))
        cells = "".join(
            f'<td style="background:color-mix(in srgb, var(--a) {60 * n / total:.0f}%, transparent)">{n}</td>'
            for n in row
        )
        rows.append(f"<tr><th scope=row>{_text(name)}</th>{cells}</tr>")
    return (
        '<div class="scroll"><table><caption>Confusion matrix: a row what it is, a column what was estimated'
        f"</caption><tr><td></td>{head}</tr>{''.join(rows)}</table></div>"
    )


def _calibration(scores: Scores) -> str:
    points = "".join(
        f'<circle cx="{_x(confidence):.1f}" cy="{_y(accuracy):.1f}" r="{2 + 8 * (n / scores.n) ** 0.5:.1f}"'
        f' fill="var(--a)" fill-opacity=".7"><title>{n} examples: confidence {confidence:.0%},'
        f" accuracy {accuracy:.0%}</title></circle>"
        for confidence, accuracy, n in scores.calibration
    )
    diagonal = f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="var(--line)"/>'
    return _svg("Calibration plot", diagonal + points, "0%", "100%", ("0", "1"))


def _curves(lines: Mapping[str, Sequence[float]]) -> str:
    top = max((value for values in lines.values() for value in values), default=1.0) or 1.0
    drawn = []
    longest = max(len(values) for values in lines.values())
    for (name, values), colour in zip(lines.items(), ("var(--a)", "var(--b)"), strict=True):
        points = " ".join(
            f"{_x(i / max(1, longest - 1)):.1f},{_y(value / top):.1f}" for i, value in enumerate(values)
        )
        at = 14 if colour == "var(--a)" else 28
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{WIDTH - 90}" y="{at}" style="fill:{colour}">{_text(name)}</text>'
        )
    return _svg("Curves by epoch", "".join(drawn), "0", f"{top:.3g}", ("1", str(longest)))


def _svg(title: str, content: str, bottom: str, top: str, ends: tuple[str, str]) -> str:
    axes = (
        f'<path d="M{PAD} {PAD / 2}V{HEIGHT - PAD}H{WIDTH - PAD / 2}" fill="none" stroke="var(--line)"/>'
        f'<text x="2" y="{HEIGHT - PAD}">{bottom}</text><text x="2" y="{PAD / 2 + 4}">{top}</text>'
        f'<text x="{PAD}" y="{HEIGHT - PAD + 16}">{ends[0]}</text>'
        f'<text x="{WIDTH - PAD}" y="{HEIGHT - PAD + 16}">{ends[1]}</text>'
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
    return f'<svg {size} role="img" aria-label="{title}">{axes}{content}</svg>'


def _x(share: float) -> float:
    return PAD + share * (WIDTH - 1.5 * PAD)


def _y(share: float) -> float:
    return HEIGHT - PAD - share * (HEIGHT - 1.5 * PAD)


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    header = "".join(f"<th scope=col>{_text(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><caption>{_text(caption)}</caption><tr>{header}</tr>{body}</table></div>'
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _text(value: object) -> str:
    return html.escape(str(value))
