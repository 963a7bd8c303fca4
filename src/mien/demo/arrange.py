"""From a song as it is composed to the notes of every voice.

How a pattern is read depends on the voice's role. A pattern gives each bar one string, bars apart by ``|``,
again from the first when they run out; its signs share the bar evenly. ``.`` is silence and ``-`` holds what
sounds.

    chords   ``X`` ``x`` ``o``: the whole chord, loud, middling, soft; ``1`` to ``9``: one tone of it
    power    ``X`` ``x`` ``o``: root, fifth and octave, as a distorted guitar plays a chord
    bass     ``1`` ``3`` ``5`` ``7`` ``8``: that degree of the chord; ``a``: a step below the next root
    drums    ``X`` ``x`` ``o``: loud, middling, soft
    melody   a form of motifs (``mien.demo.melody``)
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mien.demo.harmony import Chord, lead_voices, parse_chord
from mien.demo.melody import Ground, develop
from mien.demo.score import Note, Section, Song, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOUDNESS = {"X": 1.0, "x": 0.78, "o": 0.45}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it lies, its section's index, and its number within the section, from 0."""

    start_beats: float
    length_beats: float
    section: int
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The song's time: bars, and chords with the beat at which each begins."""

    bars: tuple[Bar, ...]
    chords: tuple[Chord, ...]
    chord_starts: tuple[float, ...]
    length_beats: float

    def chord_index(self, beat: float) -> int:
        """Index of the chord that sounds at a beat."""
        return max(0, bisect.bisect_right(self.chord_starts, beat + 1e-6) - 1)

    def chord_end(self, index: int) -> float:
        """The beat at which a chord gives way to the next."""
        return self.chord_starts[index + 1] if index + 1 < len(self.chord_starts) else self.length_beats


def plan(song: Song) -> Plan:
    """Lay the song's sections out in time.

    Raises:
        ValueError: a chord cannot be read.
    """
    bars, chords, starts = [], [], []
    beat = 0.0
    meter = itertools.cycle(song.meter)
    for index, section in enumerate(song.sections):
        for number, symbols in enumerate(section.chords.split("|")):
            length = next(meter)
            bars.append(Bar(beat, length, index, number))
            names = symbols.split()
            for position, name in enumerate(names):
                chords.append(parse_chord(name, song.key, song.mode))
                starts.append(beat + length * position / len(names))
            beat += length
    return Plan(tuple(bars), tuple(chords), tuple(starts), beat)


def arrange(song: Song, voice: Voice, layout: Plan) -> list[Note]:
    """Write the notes of one voice, in order of time, as loud as its section says.

    Raises:
        ValueError: a pattern cannot be read.
    """
    notes: list[Note] = []
    settings = lead_voices(layout.chords, voice.low, voice.high) if voice.role == "chords" else []
    for index, section in enumerate(song.sections):
        pattern = voice.patterns.get(section.name, voice.patterns.get("*", ""))
        bars = [bar for bar in layout.bars if bar.section == index]
        if not pattern:
            continue
        if voice.role == "melody":
            written = _melody(song, voice, layout, bars, pattern)
        else:
            written = [
                note
                for stroke in _strokes(bars, pattern)
                for note in _played(stroke, voice, layout, settings)
            ]
        notes += _shaped(written, section, bars)
    return [_swung(note, song.swing) for note in notes]


def _melody(song: Song, voice: Voice, layout: Plan, bars: list[Bar], form: str) -> list[Note]:
    ground = Ground(
        song.key, song.mode, lambda beat: layout.chords[layout.chord_index(beat)], voice.low, voice.high
    )
    end = bars[-1].start_beats + bars[-1].length_beats
    return develop(form, song.motifs, bars[0].start_beats, end, ground, shift=voice.shift)


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A sign of a pattern that sounds: where, how long, and how far into its bar, in beats."""

    start: float
    length: float
    in_bar: float
    sign: str


def _strokes(bars: list[Bar], pattern: str) -> list[_Stroke]:
    strokes: list[_Stroke] = []
    for bar, written in zip(bars, itertools.cycle(pattern.split("|")), strict=False):
        signs = written.strip()
        step = bar.length_beats / len(signs)
        for position, sign in enumerate(signs):
            start = bar.start_beats + position * step
            if sign == "-" and strokes and start - strokes[-1].start - strokes[-1].length < step / 2:
                strokes[-1] = replace(strokes[-1], length=start + step - strokes[-1].start)
            elif sign not in ".-":
                strokes.append(_Stroke(start, step, position * step, sign))
    return strokes


def _played(stroke: _Stroke, voice: Voice, layout: Plan, settings: list[tuple[int, ...]]) -> Iterator[Note]:
    """The notes of one stroke; what is held over a change of chord is struck again."""
    if voice.role == "drums":
        yield Note(stroke.start, stroke.length, voice.low, _LOUDNESS[stroke.sign])
        return
    for onset, held in _by_chord(stroke.start, stroke.length, layout):
        index = layout.chord_index(onset)
        if voice.role == "bass":
            pitch = _bass_pitch(stroke.sign, layout, index, voice.low)
            yield Note(onset, held, pitch, _accent(stroke.in_bar))
        elif stroke.sign.isdigit():
            yield Note(onset, held, _chord_tone(settings[index], int(stroke.sign)), _accent(stroke.in_bar))
        else:
            pitches = settings[index] if settings else _power_chord(layout.chords[index], voice.low)
            for pitch in pitches:
                yield Note(onset, held, pitch, _LOUDNESS[stroke.sign])


def _by_chord(start: float, length: float, layout: Plan) -> Iterator[tuple[float, float]]:
    """Strike again whatever is held over a change of chord."""
    end = start + length
    while start < end - 1e-6:
        stop = min(end, layout.chord_end(layout.chord_index(start)))
        yield start, stop - start
        start = stop


def _bass_pitch(sign: str, layout: Plan, index: int, low: int) -> int:
    chord = layout.chords[index]
    if sign == "a":
        following = layout.chords[min(index + 1, len(layout.chords) - 1)]
        return low + (following.root - low) % 12 - 1
    degree = int(sign)
    if degree == 1:
        return low + (chord.root + chord.bass - low) % 12
    return low + (chord.root - low) % 12 + chord.degree(degree)


def _power_chord(chord: Chord, low: int) -> tuple[int, int, int]:
    root = low + (chord.root - low) % 12
    return root, root + chord.degree(5), root + 12


def _chord_tone(setting: tuple[int, ...], number: int) -> int:
    octave, index = divmod(number - 1, len(setting))
    return setting[index] + 12 * octave


def _accent(beat: float) -> float:
    if beat == 0:
        return 0.88
    return 0.76 if beat % 1 == 0 else 0.66


def _shaped(notes: list[Note], section: Section, bars: list[Bar]) -> list[Note]:
    """Scale velocities by the section's dynamics, from where it begins to where it ends."""
    start = bars[0].start_beats
    length = bars[-1].start_beats + bars[-1].length_beats - start
    first, last = section.dynamics
    return [
        replace(
            n, velocity=min(1.0, n.velocity * (first + (last - first) * (n.start_beats - start) / length))
        )
        for n in notes
    ]


def _swung(note: Note, swing: float) -> Note:
    """Move what lies within a beat so that its second half begins at ``swing``."""
    beat, within = divmod(note.start_beats, 1.0)
    warped = within / 0.5 * swing if within <= 0.5 else swing + (within - 0.5) / 0.5 * (1 - swing)  # noqa: PLR2004
    return replace(note, start_beats=beat + warped)
