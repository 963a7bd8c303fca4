"""From written notes to played ones: tempo that breathes, phrases that swell, hands that are not machines.

The rules are from the KTH system (Friberg, Bresin & Sundberg, 2006, "Overview of the KTH rule system for
musical performance"): phrase arch, high-loud, and the final ritard of Friberg & Sundberg (1999), "Does music
performance allude to locomotion?": the tempo of a runner who stops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from mien.demo.arrange import Plan
    from mien.demo.score import Note, Song, Voice

_GRID_BEATS = 0.125
_PHRASE_BARS = 4
_RING_S = 1.3  # how long the last chord is held beyond its time
_RITARD_CURVE = 3.0  # Friberg & Sundberg's q


@dataclass(frozen=True, slots=True)
class Event:
    """A note as it is played: seconds from the song's start, MIDI pitch, velocity 0 to 1."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Clock:
    """Beats to seconds.

    Attributes:
        beats: a grid, shape ``[n]``.
        times_s: the time of each, shape ``[n]``.
        phrase_beats: length of a phrase.
        length_beats: of the song.
    """

    beats: npt.NDArray[np.float64]
    times_s: npt.NDArray[np.float64]
    phrase_beats: float
    length_beats: float

    def seconds(self, beat: float) -> float:
        """The time of a beat."""
        return float(np.interp(beat, self.beats, self.times_s))

    def arch(self, beat: float) -> float:
        """How far into the swell of its phrase a beat lies: 0 at both ends, 1 in the middle."""
        return math.sin(math.pi * ((beat / self.phrase_beats) % 1.0))


def clock(song: Song, layout: Plan) -> Clock:
    """The song's tempo over time: a phrase arch of ``rubato``, and a final ritard over the last section."""
    beats = np.arange(0.0, layout.length_beats + _GRID_BEATS, _GRID_BEATS)
    phrase = _PHRASE_BARS * sum(song.meter) / len(song.meter)
    pace = 1.0 + song.production.rubato * (np.sin(np.pi * ((beats / phrase) % 1.0)) - 0.6)
    final = next(bar.start_beats for bar in layout.bars if bar.section == len(song.sections) - 1)
    through = np.clip((beats - final) / max(layout.length_beats - final, 1.0), 0.0, 1.0)
    last = song.production.final_tempo
    pace *= (1 + (last**_RITARD_CURVE - 1) * through) ** (1 / _RITARD_CURVE)
    times = np.concatenate([[0.0], np.cumsum(60.0 / song.tempo_bpm / pace[:-1] * _GRID_BEATS)])
    return Clock(beats, times, phrase, layout.length_beats)


def perform(
    notes: Iterable[Note], voice: Voice, song: Song, time: Clock, rng: np.random.Generator
) -> list[Event]:
    """Play the notes of one voice once; another generator plays them a little differently."""
    written = list(notes)
    strummed = _strum_offsets(written, voice.strum_s)
    looseness = song.production.looseness_s * rng.standard_normal(len(written))
    touch = 1.0 + 0.09 * rng.standard_normal(len(written))
    swell = 0.18 if voice.role == "melody" else 0.06
    events = []
    for note, offset, late, force in zip(written, strummed, looseness, touch, strict=True):
        start = time.seconds(note.start_beats)
        stop = note.start_beats + note.length_beats
        length = (time.seconds(stop) - start) * voice.articulation
        if stop > time.length_beats - 0.01:
            length += _RING_S
        high = 0.004 * (note.pitch - (voice.low + voice.high) / 2) if voice.role == "melody" else 0.0
        velocity = note.velocity * (1 - swell + swell * time.arch(note.start_beats)) * force + high
        events.append(
            Event(
                max(0.0, start + offset + late), max(length, 0.03), note.pitch, min(max(velocity, 0.05), 1.0)
            )
        )
    return events


def _strum_offsets(notes: list[Note], strum_s: float) -> list[float]:
    """Spread notes that begin together over ``strum_s``, upwards on the beat and downwards off it."""
    chords: dict[float, list[int]] = {}
    for index, note in enumerate(notes):
        chords.setdefault(note.start_beats, []).append(index)
    offsets = [0.0] * len(notes)
    for beat, members in chords.items():
        order = sorted(members, key=lambda i: notes[i].pitch, reverse=beat % 1 != 0)
        for rank, index in enumerate(order):
            offsets[index] = strum_s * rank / max(len(order) - 1, 1)
    return offsets
