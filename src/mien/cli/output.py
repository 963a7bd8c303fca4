"""What the terminal shows: JSON lines for programs, tables and progress for people."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from mien.domain import Estimate, Face, FrameFaces, Reading, SongAnalysis
    from mien.sentences import Sentence
    from mien.usecases.answers import Queue

DECIMALS = 5
# An emotion or mood below this share is not worth a place in a line for people.
_WORTH_SAYING = 0.05


def console(*, stderr: bool = False) -> Console:
    """A terminal to print on; colour only where it is one."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON line on stdout, at once. Names of files that are not UTF-8 keep their escapes."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """A progress bar on stderr with rate and time left; nothing where stderr is no terminal.

    Yields:
        A function to call with how many are done and what is being done.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    terminal = console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task(what, total=total, rate="", note="")

        def update(done: int, note: str) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            bar.update(task, completed=done, rate=rate, note=printable(note)[:60])

        yield update


def printable(text: str) -> str:
    """Text that cannot move the cursor or change the terminal: control characters are escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text
    )


def escaped(text: str) -> str:
    """Printable text in which rich sees no markup."""
    from rich.markup import escape

    return escape(printable(text))


def counted(n: int, what: str) -> str:
    """``1 song``, ``2 songs``."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def percentages(estimate: Estimate[Any]) -> str:
    """The labels that count, the most probable first: ``happy 91%, neutral 8%``."""
    return shares(estimate.probabilities)


def shares(probabilities: Mapping[Any, float]) -> str:
    """As :func:`percentages`, of a plain distribution."""
    ranked = sorted(probabilities.items(), key=lambda pair: pair[1], reverse=True)
    said = [pair for pair in ranked if pair[1] >= _WORTH_SAYING] or ranked[:1]
    return ", ".join(f"{label} {p:.0%}" for label, p in said)


def estimate_json(estimate: Estimate[Any], name: str) -> dict[str, Any]:
    """``name`` (the most probable label), ``confidence``, ``certain`` and ``reason``."""
    return {
        name: str(estimate.top),
        "confidence": _rounded(estimate.confidence),
        "certain": estimate.certain,
        "reason": estimate.reason,
    }


def distribution_json(probabilities: Mapping[Any, float]) -> dict[str, float]:
    """Probabilities by label."""
    return {str(label): _rounded(p) for label, p in probabilities.items()}


def picture_json(file: Path | None, found: FrameFaces | None, error: str | None) -> dict[str, Any]:
    """What ``mien face --json`` says of a picture or of a frame; ``file`` is None for the camera."""
    return {
        "file": None if file is None else str(file),
        **({} if found is None or found.time_s is None else {"time_s": round(found.time_s, 3)}),
        "width": found.width if found else None,
        "height": found.height if found else None,
        "faces": [_face_json(face) for face in found.faces] if found else [],
        "error": error,
    }


def _face_json(face: Face) -> dict[str, Any]:
    return {
        "box": [face.box.x, face.box.y, face.box.width, face.box.height],
        "angle_degrees": round(face.angle_degrees, 1),
        **({} if face.id is None else {"id": face.id}),
        **estimate_json(face.emotion, "emotion"),
        "probabilities": distribution_json(face.emotion.probabilities),
        "valence": _rounded(face.valence),
        "arousal": _rounded(face.arousal),
    }


def song_json(file: Path, analysis: SongAnalysis | None, error: Sentence | None) -> dict[str, Any]:
    """What ``mien song --json`` says of a file."""
    if analysis is None:
        nothing: dict[str, Any] = {"tempo_candidates": [], "curve": []}
        return dict.fromkeys(_SONG_KEYS) | nothing | {"file": str(file), "error": str(error)}
    mood = analysis.mood
    values = {
        "file": str(file),
        "duration_s": round(analysis.duration_s, 3),
        **estimate_json(mood.moods, "mood"),
        "moods": distribution_json(mood.moods.probabilities),
        "quadrant": str(mood.quadrants.top),
        "quadrants": distribution_json(mood.quadrants.probabilities),
        "valence": _rounded(mood.valence),
        "arousal": _rounded(mood.arousal),
        "tempo_bpm": _measured(analysis.tempo_bpm, 1),
        "tempo_candidates": [
            {"bpm": round(tempo.bpm, 1), "strength": round(tempo.strength, 3)}
            for tempo in analysis.tempo_candidates
        ],
        "key": analysis.key,
        "key_clarity": _measured(analysis.key_clarity, 3),
        "loudness_lufs": _measured(analysis.loudness_lufs, 2),
        "true_peak_dbtp": _measured(analysis.true_peak_dbtp, 2),
        "mixed": _measured(analysis.mixed, 3),
        "preview_s": _measured(analysis.preview_s, 1),
        "curve": [
            {
                "start_s": round(segment.start_s, 3),
                "end_s": round(segment.end_s, 3),
                "mood": str(segment.mood),
                "confidence": _rounded(segment.confidence),
                "certain": segment.certain,
                "reason": segment.reason,
                "valence": _rounded(segment.valence),
                "arousal": _rounded(segment.arousal),
            }
            for segment in analysis.curve
        ],
        "cpu_s": round(analysis.cpu_s, 3),
        "error": None,
    }
    return {key: values[key] for key in _SONG_KEYS}


_SONG_KEYS = (
    *("file", "duration_s", "mood", "confidence", "certain", "reason", "moods", "quadrant", "quadrants"),
    *("valence", "arousal", "tempo_bpm", "tempo_candidates", "key", "key_clarity", "loudness_lufs"),
    *("true_peak_dbtp", "mixed", "preview_s", "curve", "cpu_s", "error"),
)


def reading_json(reading: Reading | None) -> dict[str, Any] | None:
    """A reading; None where the listener named the emotion."""
    if reading is None:
        return None
    emotion = reading.emotion
    return {
        "emotion": str(emotion.top) if emotion else None,
        "confidence": _rounded(emotion.confidence) if emotion else None,
        "certain": reading.certain,
        "reason": reading.reason,
        "reason_code": reading.reason_code,
        "held": reading.held,
        "probabilities": distribution_json(emotion.probabilities) if emotion else None,
        "valence": None if reading.valence is None else _rounded(reading.valence),
        "arousal": None if reading.arousal is None else _rounded(reading.arousal),
        "frames": reading.frames,
        "clear": _rounded(reading.clear),
        "age_s": None if reading.age_s is None else round(reading.age_s, 3),
    }


def queue_json(queue: Queue) -> dict[str, Any]:
    """What ``mien recommend --json`` says."""
    return {
        "reading": reading_json(queue.reading),
        "policy": queue.policy and str(queue.policy),
        "moods": distribution_json(queue.moods),
        "note": queue.recommended.note,
        "offer": queue.offer and str(queue.offer.sentence),
        "tracks": [
            {
                "path": str(chosen.track.path),
                "title": chosen.track.title,
                "artist": chosen.track.tags.artist,
                "mood": str(chosen.track.mood.top),
                "score": _rounded(chosen.score),
                "why": chosen.why,
            }
            for chosen in queue.recommended.tracks
        ],
    }


def reading_line(reading: Reading) -> str:
    """A reading in a line for people: an expression with its uncertainty, never a verdict."""
    if reading.emotion is None:
        return f"Expression: can't tell ({reading.reason})"
    line = f"Expression: {percentages(reading.emotion)}"
    return line if reading.certain else f"{line} - {reading.reason}"


def show_queue(queue: Queue) -> None:
    """The reading, the wanted moods and the songs with why each was chosen."""
    from rich.table import Table

    terminal = console()
    if queue.reading is not None:
        terminal.print(escaped(reading_line(queue.reading)))
    terminal.print(f"Wanted mood: {shares(queue.moods)} ({_how(queue)})")
    for said in (queue.recommended.note, queue.offer and str(queue.offer.sentence)):
        if said:
            terminal.print(escaped(said))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in ("", "title", "artist", "mood", "why"):
        table.add_column(header, overflow="fold")
    for number, chosen in enumerate(queue.recommended.tracks, 1):
        track = chosen.track
        table.add_row(
            str(number),
            escaped(track.title),
            escaped(track.tags.artist),
            f"{track.mood.top} {track.mood.confidence:.0%}",
            escaped(chosen.why),
        )
    if table.row_count:
        terminal.print(table)


def _measured(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _how(queue: Queue) -> str:
    if queue.policy is None:
        return "as you asked"
    return f"policy {queue.policy} to {queue.to}" if queue.to else f"policy {queue.policy}"


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS)
