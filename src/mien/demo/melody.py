"""Melodies from motifs: scale degrees, repeated, moved, inverted and fitted to the harmony.

A motif is a string of ``degree:beats``; a beat count holds until the next one is given::

    5:1 6:.5 5 3:2 r:1 #4 1'    # 1' is the tonic an octave up, 5, the fifth below; r is a rest

A form strings motifs together, one after the other from the section's first beat:

    ``a``     as written; long notes on the beat that clash are moved to the chord
    ``a+2``   moved up two diatonic steps (a sequence); ``a-1`` down one
    ``a^``    turned upside down around its first note
    ``a.``    with its last note on the chord's root or third, held to the end of the section (a cadence)
    ``_4``    four beats of rest
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mien.demo.harmony import Chord, nearest, scale_pitch
from mien.demo.score import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOTE = re.compile(r"(?:(r)|([b#]?)([1-7])([',]*))(?::(\d*\.?\d+))?$")
_UNIT = re.compile(r"(?:_(\d+\.?\d*)|([a-z])(\^|[+-]\d+)?(\.)?)$")


@dataclass(frozen=True, slots=True)
class Step:
    """One note of a motif: a scale degree (1 the tonic, 8 its octave; None a rest) for so many beats."""

    degree: int | None
    alter: int
    beats: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What a melody stands on: the key, the chords by beat, and the range it should keep to."""

    key: int
    mode: str
    chord_at: Callable[[float], Chord]
    low: int
    high: int


def parse_motif(text: str) -> tuple[Step, ...]:
    """Read a motif.

    Raises:
        ValueError: a word of it is no note.
    """
    steps: list[Step] = []
    beats = 1.0
    for word in text.split():
        match = _NOTE.match(word)
        if match is None:
            raise ValueError(f"not a note: {word!r} in {text!r}")
        rest, sign, digit, marks, length = match.groups()
        beats = float(length) if length else beats
        octave = 7 * (marks.count("'") - marks.count(",")) if marks else 0
        degree = None if rest else int(digit) + octave
        steps.append(Step(degree, {"": 0, "b": -1, "#": 1}[sign or ""], beats))
    return tuple(steps)


def develop(
    form: str, motifs: Mapping[str, str], start: float, end: float, ground: Ground, *, shift: int = 0
) -> list[Note]:
    """Write the melody of one section.

    Args:
        form: motifs in order, as the module describes; cut where the section ends.
        motifs: by letter.
        start: the section's first beat.
        end: the beat after its last.
        ground: key, chords and range.
        shift: diatonic steps that the whole melody is moved by.

    Raises:
        ValueError: the form or a motif cannot be read.
    """
    notes: list[Note] = []
    beat = start
    for word in form.split():
        match = _UNIT.match(word)
        if match is None:
            raise ValueError(f"not a motif of a form: {word!r} in {form!r}")
        rest, letter, change, cadence = match.groups()
        if rest:
            beat += float(rest)
            continue
        steps = _changed(parse_motif(motifs[letter]), change)
        unit = _place(steps, beat, ground, shift)
        beat += sum(step.beats for step in steps)
        notes += _resolved(unit, ground, end) if cadence else unit
    return [
        replace(n, length_beats=min(n.length_beats, end - n.start_beats))
        for n in notes
        if n.start_beats < end
    ]


def _changed(steps: tuple[Step, ...], change: str | None) -> tuple[Step, ...]:
    if change is None:
        return steps
    if change == "^":
        axis = next(step.degree for step in steps if step.degree is not None)
        return tuple(
            s if s.degree is None else replace(s, degree=2 * axis - s.degree, alter=-s.alter) for s in steps
        )
    return tuple(s if s.degree is None else replace(s, degree=s.degree + int(change)) for s in steps)


def _place(steps: tuple[Step, ...], beat: float, ground: Ground, shift: int) -> list[Note]:
    notes = []
    for step in steps:
        if step.degree is not None:
            pitch = scale_pitch(step.degree + shift, ground.key, ground.mode) + step.alter
            strong = beat % 1 == 0 and step.beats >= 1
            pitch = _in_harmony(pitch, ground.chord_at(beat), strong=strong and not step.alter)
            notes.append(Note(beat, step.beats, _in_range(pitch, ground), 0.86 if beat % 2 == 0 else 0.76))
        beat += step.beats
    return notes


def _in_harmony(pitch: int, chord: Chord, *, strong: bool) -> int:
    """Move a long note on the beat that lies a semitone beside a tone of the chord onto the chord."""
    classes = chord.pitch_classes
    if pitch % 12 in classes:
        return pitch
    clash = (pitch + 1) % 12 in classes or (pitch - 1) % 12 in classes
    return nearest(pitch, classes) if strong and clash else pitch


def _in_range(pitch: int, ground: Ground) -> int:
    while pitch < ground.low:
        pitch += 12
    while pitch > ground.high:
        pitch -= 12
    return pitch


def _resolved(unit: list[Note], ground: Ground, end: float) -> list[Note]:
    last = unit[-1]
    chord = ground.chord_at(last.start_beats)
    rest = frozenset({chord.root % 12, (chord.root + chord.degree(3)) % 12})
    return [*unit[:-1], replace(last, pitch=nearest(last.pitch, rest), length_beats=end - last.start_beats)]
