"""The plots of a report, as SVG that takes its colours from the page."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mien.training.evaluate import Scores

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 68, 24, 14, 44
# A line is told from another by more than its colour.
_DRAWN = (("var(--a)", ""), ("var(--b)", ' stroke-dasharray="7 4"'))
_MARKS = (
    ("m-3-3h6v6h-6", "var(--a)"),
    ("m0-4l4 7h-8", "var(--b)"),
    ("m0-4l4 4l-4 4l-4-4", "#7d5fc4"),
    ("m-4-1h3v-3h2v3h3v2h-3v3h-2v-3h-3", "#2f9469"),
)
_SHARES = tuple((i / 5, f"{20 * i}%") for i in range(6))
_MOST_TICKS = 8
_LEAST_STEP = 0.01


def curves(title: str, lines: Mapping[str, Sequence[float]], *, share: bool) -> str:
    """A line for each name over the epochs; up to 1 where they are shares, else up to their highest."""
    highest = max(value for values in lines.values() for value in values) or 1.0
    step = _round_step(highest)
    top = 1.0 if share else step * math.ceil(highest / step)
    longest = max(len(values) for values in lines.values())
    drawn = []
    for number, (name, values) in enumerate(lines.items()):
        colour, dashes = _DRAWN[number % len(_DRAWN)]
        points = [(i / max(1, longest - 1), value / top) for i, value in enumerate(values)]
        drawn.append(_line(points, colour, dashes))
        drawn.append(_key(number, name, colour, dashes, low=share))
    y_ticks = _SHARES if share else _ticks(0.0, top, step, "{:g}")
    ends = ", ".join(f"{name} from {v[0]:.3g} to {v[-1]:.3g}" for name, v in lines.items() if v)
    return _chart(f"{title} by epoch: {ends}", "".join(drawn), _epochs(longest), y_ticks, ("epoch", title))


def calibration(scores: Scores) -> str:
    """Accuracy against confidence; a dot a bin, as large as the bin has examples."""
    dots = "".join(
        f'<circle cx="{_x(confidence):.1f}" cy="{_y(accuracy):.1f}" r="{2.5 + 9 * (n / scores.n) ** 0.5:.1f}"'
        f' fill="var(--a)" fill-opacity=".75"><title>{n} examples: confidence {confidence:.0%},'
        f" accuracy {accuracy:.0%}</title></circle>"
        for confidence, accuracy, n in scores.calibration
    )
    diagonal = (
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="var(--soft)"'
        ' stroke-dasharray="3 4"/>'
    )
    said = f"Calibration: accuracy against confidence; expected error {scores.calibration_error:.1%}"
    return _chart(said, diagonal + dots, _SHARES, _SHARES, ("confidence", "accuracy"))


def plane(points: Sequence[tuple[float, float, str]]) -> str:
    """Valence (across) and arousal (up), each from -1 to 1; a mark a song, of the kind of its class."""
    names = list(dict.fromkeys(name for _, _, name in points))
    marks = "".join(
        f'<path d="M{_x((valence + 1) / 2):.1f} {_y((arousal + 1) / 2):.1f}{_mark(names.index(name))}"/>'
        for valence, arousal, name in points
    )
    keys = "".join(
        f'<path d="M{LEFT + 12 + 98 * i} {TOP - 2}{_mark(i)}"/>'
        f'<text x="{LEFT + 22 + 98 * i}" y="{TOP + 2}">{html.escape(name)}</text>'
        for i, name in enumerate(names)
    )
    middle = f'<path d="M{_x(0.5):.1f} {_y(0):.1f}V{_y(1):.1f}M{_x(0):.1f} {_y(0.5):.1f}H{_x(1):.1f}" '
    middle += 'stroke="var(--soft)" stroke-dasharray="3 4"/>'
    ticks = _ticks(-1.0, 1.0, 0.5, "{:+.1f}")
    said = f"Valence and arousal of {len(points)} songs, by what they are: {', '.join(names)}"
    return _chart(said, middle + marks + keys, ticks, ticks, ("valence", "arousal"))


def _mark(kind: int) -> str:
    """The rest of a path that begins in the mark's middle, and its colour: one is told by its shape too."""
    shape, colour = _MARKS[kind % len(_MARKS)]
    return f'{shape}z" fill="{colour}" fill-opacity=".6'


def coverage(scores: Scores) -> str:
    """Accuracy on the surest share of the examples."""
    points = list(scores.coverage)
    lowest = min(accuracy for _, accuracy in points)
    step = _round_step(1 - lowest) if lowest < 1 else _LEAST_STEP
    bottom = max(0.0, 1 - step * (math.floor((1 - lowest) / step) + 1))
    drawn = _line([(share, (accuracy - bottom) / (1 - bottom)) for share, accuracy in points], "var(--a)", "")
    ticks = _ticks(bottom, 1.0, step, "{:.0%}")
    said = "Accuracy on the surest: " + ", ".join(f"{a:.1%} of {s:.0%}" for s, a in points)
    return _chart(said, drawn, _SHARES, ticks, ("share that is answered, the surest first", "accuracy"))


def _round_step(span: float) -> float:
    """The largest of 0.01, 0.02, 0.05, 0.1, ... that divides ``span`` into about five."""
    magnitude = 10.0 ** math.floor(math.log10(max(span, 5 * _LEAST_STEP) / 5))
    fits = [m * magnitude for m in (1, 2, 5, 10) if m * magnitude <= span / 3] or [magnitude]
    return max(_LEAST_STEP, round(fits[-1], 10))


def _ticks(bottom: float, top: float, step: float, words: str) -> tuple[tuple[float, str], ...]:
    steps = round((top - bottom) / step)
    return tuple((i / steps, words.format(round(bottom + i * step, 10))) for i in range(steps + 1))


def _epochs(n: int) -> tuple[tuple[float, str], ...]:
    step = max(1, -(-(n - 1) // _MOST_TICKS))
    return tuple((i / max(1, n - 1), str(i + 1)) for i in range(0, n, step))


def _line(points: Sequence[tuple[float, float]], colour: str, dashes: str) -> str:
    at = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    alone = ' stroke-linecap="round"' if len(points) == 1 else ""
    return f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="2.5"{dashes}{alone}/>'


def _key(number: int, name: str, colour: str, dashes: str, *, low: bool) -> str:
    """Which line is which; where the curves rise at the bottom, where they fall at the top."""
    y = (HEIGHT - BOTTOM - 34 if low else TOP + 14) + 18 * number
    x = WIDTH - RIGHT - 110
    return (
        f'<path d="M{x} {y - 4}h26" stroke="{colour}" stroke-width="2.5"{dashes}/>'
        f'<text x="{x + 34}" y="{y}">{html.escape(name)}</text>'
    )


def _chart(
    said: str,
    content: str,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    names: tuple[str, str],
) -> str:
    grid = "".join(
        f'<path d="M{LEFT} {_y(at):.1f}H{WIDTH - RIGHT}" stroke="var(--line)"/>'
        f'<text x="{LEFT - 8}" y="{_y(at) + 4:.1f}" text-anchor="end">{text}</text>'
        for at, text in y_ticks
    )
    below = "".join(
        f'<text x="{_x(at):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{text}</text>'
        for at, text in x_ticks
    )
    x_name, y_name = names
    words = (
        f'<text x="{_x(0.5):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{html.escape(x_name)}</text>'
        f'<text transform="translate(14 {_y(0.5):.1f}) rotate(-90)" text-anchor="middle">'
        f"{html.escape(y_name)}</text>"
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{html.escape(said)}">{grid}{below}{words}{content}</svg>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
