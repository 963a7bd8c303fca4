"""Scales, chords and how one chord leads to the next."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}
"""Semitones above the tonic."""

_NUMERALS = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_UPPER = {"": (0, 4, 7), "7": (0, 4, 7, 10), "9": (0, 4, 7, 10, 14), "6": (0, 4, 7, 9)}
_LOWER = {"": (0, 3, 7), "7": (0, 3, 7, 10), "9": (0, 3, 7, 10, 14), "6": (0, 3, 7, 9)}
_EITHER = {
    "M7": (0, 4, 7, 11),
    "M9": (0, 4, 7, 11, 14),
    "mM7": (0, 3, 7, 11),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
    "o": (0, 3, 6),
    "o7": (0, 3, 6, 9),
    "h7": (0, 3, 6, 10),
    "+": (0, 4, 8),
    "x": (0, 1, 6, 7),  # a cluster: two tritones a semitone apart
}
_SYMBOL = re.compile(r"([b#]?)(vii|vi|iv|v|iii|ii|i|VII|VI|IV|V|III|II|I)([^/]*)(?:/([1357]))?$")


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord at a pitch.

    Attributes:
        root: MIDI number, within the octave above the key's tonic.
        intervals: semitones above the root, from 0.
        bass: the interval that lies lowest.
    """

    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Its tones, 0 to 11."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    def degree(self, number: int) -> int:
        """Semitones from the root to the 1st, 3rd, 5th, 7th or 8th; for want of a 7th, to the 6th or 8th."""
        third = self.intervals[1] if self.intervals[1] in {2, 3, 4, 5} else 7
        fifth = next((i for i in self.intervals if i in {6, 7, 8}), 7)
        seventh = next((i for i in self.intervals if i in {9, 10, 11}), 12)
        return {1: self.bass, 3: third, 5: fifth, 7: seventh, 8: 12}[number]


def parse_chord(symbol: str, key: int, mode: str) -> Chord:
    """Read a Roman numeral in a key.

    Args:
        symbol: such as ``vi``, ``bVII``, ``V7``, ``iih7``, ``I/3``. The numeral counts the steps of the
            mode's own scale; upper case is major and lower case minor.
        key: MIDI number of the tonic.
        mode: a name in ``SCALES``.

    Raises:
        ValueError: it is no such symbol.
    """
    match = _SYMBOL.match(symbol)
    if match is None:
        raise ValueError(f"not a chord: {symbol!r}")
    sign, numeral, suffix, bass = match.groups()
    table = _EITHER | (_UPPER if numeral.isupper() else _LOWER)
    if suffix not in table:
        raise ValueError(f"not a chord: {symbol!r}")
    step = SCALES[mode][_NUMERALS[numeral.lower()]] + {"": 0, "b": -1, "#": 1}[sign]
    chord = Chord(key + step % 12, table[suffix], 0)
    return Chord(chord.root, chord.intervals, chord.degree(int(bass))) if bass else chord


def scale_pitch(degree: int, key: int, mode: str) -> int:
    """MIDI number of a scale degree; 1 is the tonic, 8 its octave, 0 the step below it."""
    octave, step = divmod(degree - 1, 7)
    return key + 12 * octave + SCALES[mode][step]


def voicings(chord: Chord, low: int, high: int) -> list[tuple[int, ...]]:
    """Every close way to set the chord within a range, each from low to high; at least one."""
    classes = sorted(chord.pitch_classes, key=lambda pc: (pc - chord.root) % 12)
    found = []
    for bottom in range(low, max(low + 12, high - 11)):
        if bottom % 12 not in classes:
            continue
        pitches = sorted(bottom + (pc - bottom) % 12 for pc in classes)
        found.append(tuple(pitches if len(pitches) > 2 else [*pitches, bottom + 12]))  # noqa: PLR2004
    return found


def lead_voices(chords: Iterable[Chord], low: int, high: int) -> list[tuple[int, ...]]:
    """Set a progression so that each chord moves as little as it can from the one before.

    Dynamic programming over ``voicings``; a cost of the distance from the middle of the range keeps the
    chords from drifting. After Tymoczko (2006), "The geometry of musical chords": good leading is short
    motion.
    """
    middle = (low + high) / 2
    paths: dict[tuple[int, ...], tuple[float, list[tuple[int, ...]]]] = {(): (0.0, [])}
    for chord in chords:
        options = voicings(chord, low, high)
        paths = {
            option: min(
                (
                    (
                        cost + _motion(before, option) + 0.3 * abs(sum(option) / len(option) - middle),
                        [*path, option],
                    )
                    for before, (cost, path) in paths.items()
                ),
                key=lambda pair: pair[0],
            )
            for option in options
        }
    return min(paths.values(), key=lambda pair: pair[0])[1]


def _motion(before: tuple[int, ...], after: tuple[int, ...]) -> float:
    """Semitones that the voices move in all; voices that come or go move to the nearest."""
    if not before:
        return 0.0
    there = sum(min(abs(a - b) for a in after) for b in before)
    back = sum(min(abs(a - b) for b in before) for a in after)
    same_top = 0.5 * abs(after[-1] - before[-1])
    return (there + back) / 2 + same_top


def nearest(pitch: int, classes: frozenset[int]) -> int:
    """The pitch of one of the classes that lies nearest; the lower of two as near."""
    distances = itertools.chain.from_iterable((d, -d) for d in range(7))
    return next(pitch - d for d in distances if (pitch - d) % 12 in classes)
