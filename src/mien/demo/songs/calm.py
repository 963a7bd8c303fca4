"""Calm: slow, major or modal, soft; pads, slow attacks, open chords, little movement and no drums.

Low arousal and positive valence in Gabrielsson & Lindström (2010) (soft, slow, legato,
low variation, consonant) and Eerola, Friberg & Bresin (2013) ("peaceful": slow, soft, legato,
major).
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

STILL_WATER = Song(
    title="Still Water",
    mood=Mood.CALM,
    tempo_bpm=60,
    key=60,
    mode="lydian",
    seed=71,
    sections=(
        Section("intro", "IM7", (0.4, 0.45)),
        Section("A", "IM7 | IM7 | II/5 | vi7", (0.45, 0.5)),
        Section("B", "iii7 | II", (0.48, 0.5)),
        Section("A'", "IM7 | II/5 | vi7", (0.5, 0.45)),
        Section("ending", "IM9", (0.42, 0.36)),
    ),
    motifs={
        "a": "r:1 5:1 7 1' 7:3 5:1 r:1 6 #4 6 6:3 3:1",
        "e": "r:1 5 7 3' 2':3 6:1",
        "c": "r:1 5:1 7 1' 7:2 6:1 #4 5:4",
    },
    voices=(
        Voice("warm pad", "chords", {"*": "x---"}, 48, 66, articulation=1.1, level_db=0, reverb=0.35),
        Voice("glass pad", "chords", {"A": "x---", "B": "x---", "A'": "x---", "ending": "x---"}, 67, 84,
              articulation=1.1, level_db=-10, reverb=0.45),
        Voice("vibraphone", "melody", {"A": "a", "B": "e", "A'": "c."}, 60, 90, articulation=2.5, level_db=-3,
              pan=0.15, reverb=0.4),
        Voice("harp", "chords", {"A": "1---2---3---4---", "B": "1---2---3---4---", "A'": "1---2---3---4---",
              "ending": "1-2-3-4-5-------"}, 55, 74, articulation=3.0, level_db=-6, pan=-0.25, reverb=0.35),
        Voice("soft organ", "bass", {"*": "1---"}, 36, articulation=1.05, level_db=-7, reverb=0.2),
    ),
    production=Production(-18.5, 3.0, -4, brightness_db=-0.5, glue_db=2, looseness_s=0.018, rubato=0.03,
        final_tempo=0.8),
)  # fmt: skip

LONG_LIGHT = Song(
    title="The Long Light",
    mood=Mood.CALM,
    tempo_bpm=66,
    key=62,
    mode="mixolydian",
    seed=72,
    sections=(
        Section("intro", "Iadd9", (0.42, 0.45)),
        Section("A", "Iadd9 | VIIM7 | IVM7 | Iadd9", (0.46, 0.5)),
        Section("B", "ii7 | IVM7 | VIIM7", (0.48, 0.52)),
        Section("A'", "Iadd9 | VIIM7 | IVM7", (0.5, 0.45)),
        Section("ending", "Iadd9", (0.42, 0.36)),
    ),
    motifs={
        "a": "5:3 6:1 4:3 2:1 1:2 3:1 4 3:4",
        "e": "r:1 4 5 6 6:3 4:1 2:4",
        "c": "5:3 6:1 4:3 2:1 1:2 3:1 2 1:4",
    },
    voices=(
        Voice("electric piano", "chords", {"*": "x-----3-", "B": "x---2-3-", "ending": "x-------"}, 54, 72,
              articulation=1.1, level_db=-1, pan=-0.1, reverb=0.3, strum_s=0.05),
        Voice("warm pad", "chords", {"*": "x---"}, 50, 69, articulation=1.1, level_db=-3, reverb=0.35),
        Voice("low flute", "melody", {"A": "a", "B": "e", "A'": "c."}, 57, 84, articulation=1.0, level_db=-4,
              pan=0.15, reverb=0.4),
        Voice("bass guitar", "bass", {"*": "1-------", "A'": "1-----5-"}, 38, articulation=1.0, level_db=-6,
              reverb=0.08),
        Voice("choir", "chords", {"B": "x---", "A'": "x---", "ending": "x---"}, 57, 74, articulation=1.05,
              level_db=-13, reverb=0.45),
    ),
    production=Production(-18, 2.6, -5, brightness_db=-0.5, glue_db=2, looseness_s=0.016, rubato=0.03,
        final_tempo=0.8),
)  # fmt: skip

HARBOUR = Song(
    title="Harbour Before Dawn",
    mood=Mood.CALM,
    tempo_bpm=58,
    key=56,
    mode="major",
    meter=(3,),
    seed=73,
    sections=(
        Section("intro", "Isus2", (0.42, 0.45)),
        Section("A", "I | IVadd9 | I | Vsus4", (0.46, 0.5)),
        Section("B", "vi7 | IVadd9 | I/3 | Vsus4", (0.5, 0.5)),
        Section("A'", "I | IVadd9 | Isus2", (0.48, 0.42)),
        Section("ending", "I", (0.4, 0.36)),
    ),
    motifs={
        "a": "r:1 3 5 6:2 5:1 3:3 2:3",
        "e": "r:1 3 5 6:2 1':1 5:3 4:2 5:1",
        "c": "r:1 3 5 6:2 5:1 5:3 3:3",
    },
    voices=(
        Voice("nylon guitar", "chords", {"*": "1-2-3-4-3-2-", "ending": "1-2-3-4-----"}, 51, 68,
              articulation=3.0, level_db=-2, pan=-0.15, reverb=0.25),
        Voice("nylon guitar", "bass", {"*": "1-----"}, 39, articulation=1.0, level_db=-5, pan=-0.1,
              reverb=0.2),
        Voice("soft organ", "chords", {"*": "x--"}, 51, 68, articulation=1.1, level_db=-8, reverb=0.35),
        Voice("dark choir", "chords", {"A": "x--", "B": "x--", "A'": "x--", "ending": "x--"}, 56, 74,
              articulation=1.1, level_db=-7, reverb=0.4),
        Voice("clarinet", "melody", {"A": "a", "B": "e", "A'": "c."}, 56, 82, articulation=1.0, level_db=-6,
              pan=0.15, reverb=0.4),
    ),
    production=Production(-18.5, 2.8, -5, brightness_db=-0.5, glue_db=2, looseness_s=0.018, rubato=0.03,
        final_tempo=0.8),
)  # fmt: skip

SONGS = (STILL_WATER, LONG_LIGHT, HARBOUR)
