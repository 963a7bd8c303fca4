"""What a song is on paper: sections, chords, voices and notes, before any sound.

Times are in beats, pitches in MIDI numbers (60 is middle C, one a semitone), velocities from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.domain import Mood

Role = Literal["melody", "chords", "power", "bass", "drums"]


@dataclass(frozen=True, slots=True)
class Note:
    """One note; of a drum, the pitch is only how it is tuned."""

    start_beats: float
    length_beats: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a song.

    Attributes:
        name: ``intro``, ``A``, ``B``, ``A'`` or ``ending``; voices say what they play in it by this name.
        chords: Roman numerals, bars apart by ``|`` and a bar's chords by spaces (``mien.demo.harmony``).
        dynamics: loudness where the section begins and where it ends, 0 to 1.
    """

    name: str
    chords: str
    dynamics: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Voice:
    """One player and what they play.

    Attributes:
        instrument: a name that ``mien.demo.synth.INSTRUMENTS`` knows.
        role: how the patterns are read (``mien.demo.arrange``).
        patterns: what is played in each section; ``*`` stands for the sections that are not named, and a
            section without a pattern is silent.
        low, high: the range that chords and melody are kept within.
        articulation: how much of its written length a note sounds: 0.4 is staccato, 1 or more legato.
        level_db: loudness beside the other voices of the song.
        pan: -1 left to 1 right.
        reverb: how much of the voice goes to the reverb, 0 to 1.
        echo: how much of it comes back as an echo of three quarters of a beat, 0 to 1.
        shift: diatonic steps that a melody is moved by: -2 plays thirds below it, 7 an octave above.
        strum_s: how long a chord takes from its first note to its last.
        takes: 2 records the part twice, hard left and right.
        ducks: whether the kick drum pushes the voice down.
    """

    instrument: str
    role: Role
    patterns: Mapping[str, str]
    low: int = 48
    high: int = 84
    articulation: float = 0.95
    level_db: float = 0.0
    pan: float = 0.0
    reverb: float = 0.2
    echo: float = 0.0
    shift: int = 0
    strum_s: float = 0.0
    takes: Literal[1, 2] = 1
    ducks: bool = False


@dataclass(frozen=True, slots=True)
class Production:
    """How a song is played, recorded and mixed.

    Attributes:
        loudness_db: of the whole song, K-weighted, relative to full scale.
        reverb_s: time in which the room's sound falls by 60 dB.
        wet_db: level of the reverb.
        brightness_db: tilt of the mix; positive lifts what is above 1 kHz and lowers what is below.
        drive_db: how hard the mix is driven into the tape's saturation; 0 not at all.
        glue_db: how far the bus compressor pushes the mix together.
        grain: how much the loudness of each player wavers, as a part of it.
        looseness_s: standard deviation of the players' timing.
        rubato: how far the tempo breathes with a phrase, as a part of the tempo.
        final_tempo: the tempo of the last beat, as a part of the tempo.
    """

    loudness_db: float
    reverb_s: float
    wet_db: float
    brightness_db: float = 0.0
    drive_db: float = 0.0
    glue_db: float = 3.0
    grain: float = 0.12
    looseness_s: float = 0.008
    rubato: float = 0.0
    final_tempo: float = 0.8


@dataclass(frozen=True, slots=True)
class Song:
    """A song as it is composed.

    Attributes:
        title: also the name of its file.
        mood: what it is composed to express; a matter of the composition only, written to no file.
        tempo_bpm: beats a minute.
        key: MIDI number of the tonic near middle C.
        mode: the scale (``mien.demo.harmony.SCALES``).
        meter: beats of each bar, a cycle: ``(4,)`` is common time, ``(4, 3)`` limps.
        motifs: by a letter; the melody is made of them (``mien.demo.melody``).
        swing: where the second half of a beat falls: 0.5 is straight, 0.67 a triplet.
        seed: of the players' imperfections.
    """

    title: str
    mood: Mood
    tempo_bpm: float
    key: int
    mode: str
    sections: tuple[Section, ...]
    voices: tuple[Voice, ...]
    production: Production
    seed: int
    meter: tuple[float, ...] = (4.0,)
    motifs: Mapping[str, str] = field(default_factory=dict)
    swing: float = 0.5
