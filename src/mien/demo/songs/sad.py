"""Sad: slow, minor, low, legato, soft and dull, with falling lines, sighs and small variability.

Cues of Juslin & Laukka (2003), table 11: slow, low and soft, little high-frequency energy, slow attacks,
legato, flat or falling contours; Hevner (1935, 1937): minor, slow, low; the descending bass of a lament.
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

EMPTY_PLATFORM = Song(
    title="Empty Platform",
    mood=Mood.SAD,
    tempo_bpm=64,
    key=57,
    mode="minor",
    seed=51,
    sections=(
        Section("intro", "i", (0.42, 0.42)),
        Section("A", "i | VI | iv | v", (0.45, 0.52)),
        Section("B", "VI III | iv v", (0.52, 0.58)),
        Section("A'", "i | VI | iv V", (0.5, 0.42)),
        Section("ending", "i", (0.38, 0.32)),
    ),
    motifs={
        "a": "5:1.5 4:.5 3:1.5 2:.5 3:1.5 2:.5 1:2",
        "b": "1':1.5 7:.5 6:1 4 5:3 r:1",
        "e": "6:1 5:.5 4 3:1.5 2:.5 4:1 3:.5 2 2:2",
        "c": "4:1 3:.5 1 7,:1 #7,:1 1:4",
    },
    voices=(
        Voice("cello", "melody", {"A": "a b", "B": "e", "A'": "a c."}, 48, 72, articulation=1.03, level_db=0,
              pan=0.12, reverb=0.3),
        Voice("piano", "chords", {"intro": "1-2-3-2-", "*": "1-2-3-2-", "B": "1-2-3-4-",
              "ending": "x-------"}, 52, 69, articulation=1.5, level_db=-3, pan=-0.15, reverb=0.25),
        Voice("piano", "bass", {"*": "1-------", "B": "1---", "ending": "1-------"}, 33, articulation=1.0,
              level_db=-6, pan=-0.15, reverb=0.2),
        Voice("slow strings", "chords", {"A": ".|.|x---|x---", "B": "x---", "A'": "x---", "ending": "x---"},
              50, 67, articulation=1.05, level_db=-9, reverb=0.35),
    ),
    production=Production(-18, 2.2, -6, brightness_db=-1.0, glue_db=2, grain=0.3, looseness_s=0.016,
        rubato=0.06, final_tempo=0.72),
)  # fmt: skip

LETTERS_UNSENT = Song(
    title="Letters Unsent",
    mood=Mood.SAD,
    tempo_bpm=70,
    key=62,
    mode="minor",
    meter=(3,),
    seed=52,
    sections=(
        Section("intro", "i | iv", (0.45, 0.48)),
        Section("A", "i | V7/3 | i7/7 | IV/3", (0.5, 0.55)),
        Section("B", "VI | i/5 | iih7 | V7", (0.55, 0.6)),
        Section("A'", "i | V7/3 | iv V7 | i", (0.52, 0.42)),
        Section("ending", "i", (0.38, 0.32)),
    ),
    motifs={
        "a": "1':1.5 7:.5 5:1 #7:1.5 5:.5 2:1 7:1.5 5:.5 3:1 #6:1.5 4:.5 1':1",
        "e": "6:1.5 5:.5 3:1 5:2 3:1 4:1 3 2 #7,:3",
        "c": "1':1.5 7:.5 5:1 #7:1.5 5:.5 2:1 4:1.5 3:.5 2:1 1:3",
    },
    voices=(
        Voice("soft singer", "melody", {"A": "a", "B": "e", "A'": "c."}, 52, 76, articulation=1.0, level_db=4,
              reverb=0.25),
        Voice("low flute", "melody", {"A": "_12", "B": "e", "A'": "c."}, 56, 80, articulation=1.0,
              level_db=-8, pan=0.2, reverb=0.3),
        Voice("nylon guitar", "chords", {"*": "1-2-3-4-3-2-", "ending": "1-2-3-4-----"}, 50, 67,
              articulation=1.1, level_db=-3, pan=-0.2, reverb=0.2),
        Voice("nylon guitar", "bass", {"*": "1-----", "ending": "1-----"}, 38, articulation=1.0, level_db=-4,
              pan=-0.2, reverb=0.2),
        Voice("low strings", "chords", {"B": "x--", "A'": "x--", "ending": "x--"}, 45, 62, articulation=1.05,
              level_db=-9, pan=0.2, reverb=0.35),
    ),
    production=Production(-18, 1.8, -7, brightness_db=0.0, glue_db=2, grain=0.3, looseness_s=0.016,
        rubato=0.06, final_tempo=0.72),
)  # fmt: skip

NOVEMBER_WINDOW = Song(
    title="November Window",
    mood=Mood.SAD,
    tempo_bpm=56,
    key=53,
    mode="minor",
    seed=53,
    sections=(
        Section("intro", "i v/3", (0.42, 0.45)),
        Section("A", "i V7/3 | i7/7 IV/3 | VI i/5 | iih7 V7", (0.48, 0.58)),
        Section("B", "VI VII | III iv", (0.56, 0.62)),
        Section("A'", "i V7/3 | iih7 V7", (0.54, 0.42)),
        Section("ending", "i", (0.38, 0.3)),
    ),
    motifs={
        "a": "5:1.5 4:.5 2:1.5 #7,:.5 3:1.5 2:.5 1:1.5 #6,:.5 1:1.5 3:.5 5:1.5 3:.5 4:1.5 2:.5 #7,:2",
        "e": "6:1.5 5:.5 4:1 5 3:1.5 2:.5 1:1 4",
        "c": "5:1.5 4:.5 2:1.5 #7,:.5 4:1 3:.5 2 #7,:2",
    },
    voices=(
        Voice("violin", "melody", {"A": "a", "B": "e"}, 56, 82, articulation=1.03, level_db=-2, pan=0.15,
              reverb=0.35, shift=0),
        Voice("cello", "melody", {"A'": "c.", "B": "e"}, 46, 70, articulation=1.03, level_db=-2, pan=-0.2,
              reverb=0.35),
        Voice("slow strings", "chords", {"*": "x---"}, 50, 67, articulation=1.0, level_db=-9, reverb=0.35),
        Voice("low strings", "bass", {"*": "1---1---", "ending": "1---"}, 36, articulation=1.05, level_db=-4,
              reverb=0.3),
        Voice("electric piano", "chords", {"intro": "1-2-3-2-", "A": "1-2-3-2-", "B": "x---x---",
              "A'": "1-2-3-2-", "ending": "x---"}, 53, 68, articulation=1.6, level_db=-7, pan=0.1,
              reverb=0.3),
        Voice("dark choir", "chords", {"B": "x---", "A'": "x---", "ending": "x---"}, 53, 70,
              articulation=1.05, level_db=-10, reverb=0.4),
    ),
    production=Production(-18, 2.8, -5, brightness_db=-1.0, glue_db=2, grain=0.3, looseness_s=0.018,
        rubato=0.06, final_tempo=0.72),
)  # fmt: skip

SONGS = (EMPTY_PLATFORM, LETTERS_UNSENT, NOVEMBER_WINDOW)
