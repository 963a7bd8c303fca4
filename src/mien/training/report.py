"""What a training run or an evaluation reached, as one HTML file with plots and as JSON."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2

from mien.errors import ArtifactError
from mien.sentences import fault_of, say
from mien.training.report_plots import calibration, coverage, curves, plane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from mien.training.evaluate import Scores

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #f6f7f9; --card: #fff;
  --line: #dde2e9; --a: #2563a8; --b: #b4500f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3adba; --paper: #101318;
  --card: #181d24; --line: #2e3642; --a: #7fb2ea; --b: #f0a06a; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; } h3 { font-size: 1rem; margin: 0 0 .5rem; }
.pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem;
  margin: 0 0 1rem; min-width: 0; } .pair .card { margin: 0; } .pair { margin-bottom: 1rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
.card th:first-child { white-space: normal; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; white-space: nowrap; } tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; color: var(--soft); } th:first-child, td:first-child { text-align: left; }
td.words { text-align: left; white-space: normal; overflow-wrap: anywhere; }
tr.sum > * { font-weight: 600; color: var(--ink); }
.bar { display: inline-block; height: .6rem; border-radius: .3rem; background: var(--a); vertical-align: 5%; }
.bar + span, small { color: var(--soft); } .note { color: var(--soft); margin: .5rem 0; }
.faces { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); }
figure { margin: 0; } figure img { width: 100%; image-rendering: pixelated; border-radius: .4rem; }
figcaption { font-size: .8rem; line-height: 1.3; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 12px; }
summary { cursor: pointer; font-weight: 600; }
"""


_SCROLL = '<div class="scroll" tabindex="0">'


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture that was read as another class than it is labelled with.

    Attributes:
        file: its name within the data.
        label: what it is.
        estimated: what it was taken for.
        confidence: how surely, 0 to 1.
        face: shape ``[s, s]`` or ``[s, s, channels]`` (RGB), uint8.
    """

    file: str
    label: str
    estimated: str
    confidence: float
    face: NDArray[np.uint8] = field(repr=False, compare=False)


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
        notes: sentences about the data, such as how it was split and what was left out.
        left_out: files that were left out, by why.
        plane: valence and arousal, -1 to 1, that were estimated of each song, and the class that it is of.
        mistakes: pictures to show; they are people's faces, so only where that was asked for.
    """

    title: str
    facts: Mapping[str, Any]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    beside: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    scores: Mapping[str, Scores] = field(default_factory=dict)
    notes: Sequence[str] = ()
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    plane: Sequence[tuple[float, float, str]] = ()
    mistakes: Sequence[Mistake] = ()


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
        "notes": list(report.notes),
        "left_out": report.left_out,
        "plane": [list(point) for point in report.plane],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(
            json.dumps(values, indent=2, default=str) + "\n", encoding="utf-8"
        )
        page = folder / "report.html"
        page.write_text(as_html(report), encoding="utf-8")
    except OSError as error:
        raise ArtifactError(
            say(
                "report_unwritable",
                "cannot write a report to {folder}: {fault}",
                folder=str(folder),
                fault=fault_of(error),
            )
        ) from None
    return page


def as_html(report: Report) -> str:
    """The report as one page that needs nothing else."""
    scores = [f"<h2>{_text(name)}</h2>{_scores(one)}" for name, one in report.scores.items()]
    body = "\n".join(
        (
            f"<h1>{_text(report.title)}</h1>",
            _data(report),
            _beside(report),
            _facts(report),
            _history(report),
            *scores,
            _plane(report),
            _mistakes(report.mistakes),
        )
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(report.title)}</title><style>{_STYLE}</style>\n<main>\n{body}\n</main>\n</html>\n"
    )


def _data(report: Report) -> str:
    notes = "".join(f'<p class="note">{_text(note)}</p>' for note in report.notes)
    for why, files in report.left_out.items():
        names = "".join(f"<li>{_text(name)}</li>" for name in files)
        notes += f"<details><summary>{len(files)} {_text(why)}</summary><ul>{names}</ul></details>"
    if not report.counts:
        return f'<div class="card">{notes}</div>' if notes else ""
    parts = list(report.counts.values())
    labels = list(dict.fromkeys(label for counts in parts for label in counts))
    rows: list[list[object]] = [
        [label, *(counts.get(label, 0) for counts in parts), sum(counts.get(label, 0) for counts in parts)]
        for label in labels
    ]
    sums = [sum(counts.values()) for counts in parts]
    total: list[object] = ["all", *sums, sum(sums)]
    table = _table("Examples a class", ["", *report.counts, "all"], rows, total=total)
    return f'<div class="card">{table}{notes}</div>'


def _beside(report: Report) -> str:
    if not report.beside:
        return ""
    rows = [[name, _figure(ours), _figure(papers)] for name, (ours, papers) in report.beside.items()]
    return f'<div class="card">{_table("Beside the paper", ["", "here", "paper"], rows)}</div>'


def _facts(report: Report) -> str:
    if not report.facts:
        return ""
    rows = "".join(
        f'<tr><th scope=row>{_text(name)}</th><td class="words">{_text(_plain(value))}</td></tr>'
        for name, value in report.facts.items()
    )
    shown = "" if report.history else " open"
    return (
        f'<div class="card"><details{shown}><summary>What and how</summary>'
        f"{_SCROLL}<table>{rows}</table></div></details></div>"
    )


def _history(report: Report) -> str:
    plots = []
    for name, what in (("accuracy", "accuracy"), ("loss", "loss")):
        lines = {
            part: [epoch[key] for epoch in report.history if key in epoch]
            for part, key in (("training", name), ("validation", f"val_{name}"))
        }
        drawn = {part: values for part, values in lines.items() if values}
        if drawn:
            plot = curves(what, drawn, share=name == "accuracy")
            plots.append(f'<div class="card"><h3>{what.capitalize()} by epoch</h3>{plot}</div>')
    if not plots:
        return ""
    names = list(report.history[0])
    rows = [[i, *(_figure(epoch.get(name)) for name in names)] for i, epoch in enumerate(report.history, 1)]
    table = _table("", ["epoch", *(name.replace("val_", "validation ") for name in names)], rows)
    numbers = f'<details class="card"><summary>Every epoch in numbers</summary>{table}</details>'
    return f'<h2>Training</h2><div class="pair">{"".join(plots)}</div>{numbers}'


def _scores(scores: Scores) -> str:
    low, high = scores.accuracy_interval
    summary: list[list[object]] = [
        ["accuracy", f"{scores.accuracy:.2%}"],
        ["its 95% interval", f"{low:.2%} to {high:.2%}"],
        ["unweighted average recall", f"{scores.unweighted_recall:.2%}"],
        ["macro F1", f"{scores.macro_f1:.3f}"],
        ["expected calibration error, 15 bins", f"{scores.calibration_error:.2%}"],
        ["accuracy on the 80% surest", f"{scores.accuracy_on_surest:.2%}"],
        ["log loss", f"{scores.log_loss:.4f}"],
        ["examples", scores.n],
    ]
    plots = (
        f'<div class="card"><h3>Calibration: accuracy against confidence</h3>{calibration(scores)}</div>'
        f'<div class="card"><h3>Coverage: accuracy on the surest</h3>'
        f"{coverage(scores)}</div>"
    )
    return (
        f'<div class="pair"><div class="card">{_table("Summary", ["", ""], summary)}</div>'
        f'<div class="card">{_by_class(scores)}</div></div>'
        f'<div class="card">{_confusion(scores)}</div><div class="pair">{plots}</div>'
    )


def _plane(report: Report) -> str:
    if not report.plane:
        return ""
    return (
        f'<h2>Valence and arousal</h2><div class="pair"><div class="card">{plane(report.plane)}</div></div>'
    )


def _by_class(scores: Scores) -> str:
    rows = []
    for name, row in zip(scores.labels, scores.confusion, strict=True):
        recall, precision = scores.recall[name], scores.precision[name]
        long = f"width:{4 * (recall or 0):.2f}rem"
        bar = f'<span class="bar" style="{long}"></span> <span>{_share(recall)}</span>'
        rows.append(
            f"<tr><th scope=row>{_text(name)}</th><td>{sum(row)}</td><td>{_share(precision)}</td>"
            f'<td style="text-align:left">{bar}</td></tr>'
        )
    head = (
        "<tr><td></td><th scope=col>examples</th><th scope=col>precision</th>"
        '<th scope=col style="text-align:left">recall</th></tr>'
    )
    return f"{_SCROLL}<table><caption>By class</caption>{head}{''.join(rows)}</table></div>"


def _confusion(scores: Scores) -> str:
    head = "".join(f"<th scope=col>{_text(label)}</th>" for label in scores.labels)
    rows = []
    for name, row in zip(scores.labels, scores.confusion, strict=True):
        total = max(1, sum(row))
        cells = "".join(
            f'<td style="background:color-mix(in srgb, var(--a) {45 * n / total:.0f}%, transparent)">{n}'
            f" <small>{n / total:.0%}</small></td>"
            for n in row
        )
        rows.append(f"<tr><th scope=row>{_text(name)}</th>{cells}</tr>")
    return (
        f"{_SCROLL}<table><caption>Confusion matrix: a row what it is, a column what was estimated"
        f"</caption><tr><td></td>{head}</tr>{''.join(rows)}</table></div>"
    )


def _mistakes(mistakes: Sequence[Mistake]) -> str:
    if not mistakes:
        return ""
    shown = "".join(
        f'<figure><img alt="" src="data:image/png;base64,{_png(mistake.face)}"><figcaption>'
        f"{_text(mistake.label)}, taken for <b>{_text(mistake.estimated)}</b> ({mistake.confidence:.0%})<br>"
        f"<small>{_text(mistake.file)}</small></figcaption></figure>"
        for mistake in mistakes
    )
    return (
        '<h2>The surest mistakes</h2><p class="note">This part shows people\'s faces. Share the page only as'
        f' far as the pictures themselves may be shared.</p><div class="card faces">{shown}</div>'
    )


def _png(face: NDArray[np.uint8]) -> str:
    coloured = face.ndim == 3 and face.shape[2] == 3  # noqa: PLR2004
    _, content = cv2.imencode(".png", cv2.cvtColor(face, cv2.COLOR_RGB2BGR) if coloured else face)
    return base64.b64encode(content.tobytes()).decode()


def _table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    total: Sequence[object] | None = None,
) -> str:
    header = "".join(f"<th scope=col>{_text(cell)}</th>" if cell else "<td></td>" for cell in head)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    last = f'<tr class="sum">{_cells(total)}</tr>' if total else ""
    above = f"<tr>{header}</tr>" if any(head) else ""
    named = f"<caption>{_text(caption)}</caption>" if caption else ""
    return f"{_SCROLL}<table>{named}{above}{body}{last}</table></div>"


def _cells(row: Sequence[object]) -> str:
    name, *values = row
    return f"<th scope=row>{_text(name)}</th>" + "".join(f"<td>{_text(_plain(v))}</td>" for v in values)


def _plain(value: object) -> object:
    """Lists and mappings without brackets."""
    if isinstance(value, (tuple, list)):
        return ", ".join(str(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {v}" for name, v in value.items())
    return value


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _text(value: object) -> str:
    return html.escape(str(value))
