"""Tender: slow to moderate, major, soft and high, legato; nothing is loud or sudden.

Cues of Juslin & Laukka (2003), table 11 (tenderness: slow, soft, little high-frequency energy, legato, slow
attacks); Gabrielsson & Lindström (2010); Bresin & Friberg (2011), "Emotion rendering in music".
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

SMALL_HAND = Song(
    title="A Small Hand",
    mood=Mood.TENDER,
    tempo_bpm=94,
    key=65,
    mode="major",
    meter=(3,),
    seed=61,
    sections=(
        Section("intro", "I | iv6", (0.45, 0.48)),
        Section("A", "I | III7 | vi | I7 | IV | iv6 | I/5 | V7", (0.5, 0.58)),
        Section("B", "ii7 | V7/3 | iii7 | VI7", (0.55, 0.62)),
        Section("A'", "I | III7 | vi | I7 | IV | iv6 | I/5 V7 | I", (0.58, 0.46)),
        Section("ending", "I", (0.42, 0.36)),
    ),
    motifs={
        "a": "3:2 5:1 #5:2 7:1 1':2 6:1 b7:1 6 5",
        "b": "6:2 1':1 b6:2 1':1 5:1 3 5 4 2 7,",
        "e": "4:1 6 1' 7:2 5:1 3:1 5 7 6:1.5 5:.5 3:1",
        "c": "6:2 1':1 b6:2 1':1 5:1.5 3:.5 2:1 1:3",
    },
    voices=(
        Voice("music box", "melody", {"A": "a b", "A'": "a c."}, 72, 96, articulation=1.2, level_db=-1,
              pan=0.08, reverb=0.3, shift=7),
        Voice("soft singer", "melody", {"B": "e", "A'": "a c."}, 60, 84, articulation=1.0, level_db=2,
              pan=-0.1, reverb=0.22),
        Voice("harp", "chords", {"*": "1-2-3-4-3-2-", "ending": "1-2-3-4-5-6-"}, 53, 70, articulation=1.4,
              level_db=-3, pan=-0.25, reverb=0.25),
        Voice("strings", "chords", {"B": "x--", "A'": "x--", "ending": "x--"}, 60, 77, articulation=1.0,
              level_db=-11, reverb=0.3),
        Voice("low strings", "bass", {"A": ".|.|.|.|1--", "B": "1--", "A'": "1--", "ending": "1--"}, 41,
              articulation=1.05, level_db=-8, reverb=0.3),
    ),
    production=Production(-18, 1.9, -6, brightness_db=0.5, glue_db=2, grain=0.2, looseness_s=0.014,
        rubato=0.05, final_tempo=0.72),
)  # fmt: skip

FIRST_SNOW = Song(
    title="First Snow on Your Sleeve",
    mood=Mood.TENDER,
    tempo_bpm=84,
    key=63,
    mode="major",
    seed=62,
    sections=(
        Section("intro", "IM7 | IVM7", (0.45, 0.5)),
        Section("A", "IM7 VI7 | ii7 V7 | iii7 VI7 | IVM7 iv6", (0.5, 0.58)),
        Section("B", "IVM7 | iii7 VI7 | ii7 | Vsus4 V7", (0.56, 0.64)),
        Section("A'", "IM7 VI7 | ii7 V7 | IVM7 iv6 | Iadd9", (0.6, 0.48)),
        Section("ending", "Iadd9", (0.42, 0.36)),
    ),
    motifs={
        "a": "5:1.5 3:.5 6:1 #1' 2':1.5 1':.5 7:1 4 5:1.5 7:.5 6:1 5 6:1.5 5:.5 b6:1.5 r:.5",
        "e": "6:1 1':.5 7 6:1 5 5:1.5 3:.5 #1:1 3 4:1 5:.5 6 1':1 6 5:2 4:1 2",
        "c": "5:1.5 3:.5 6:1 #1' 2':1.5 1':.5 7:1 4 6:1.5 1':.5 b6:1.5 4:.5 5:1 3:3",
    },
    voices=(
        Voice("soft singer", "melody", {"A": "a", "A'": "c."}, 58, 82, articulation=1.0, level_db=3, pan=0.05,
              reverb=0.2),
        Voice("flute", "melody", {"A'": "c."}, 63, 92, articulation=1.0, level_db=-8, pan=-0.2, reverb=0.3,
              shift=7),
        Voice("violin", "melody", {"B": "e"}, 62, 88, articulation=1.03, level_db=-2, pan=-0.15, reverb=0.3),
        Voice("electric piano", "chords", {"*": "x---x---", "A": "x.32x.31", "B": "x.23x.34",
              "A'": "x.32x.31", "ending": "x-------"}, 56, 73, articulation=0.9, level_db=0, pan=-0.1,
              reverb=0.25, strum_s=0.03),
        Voice("strings", "chords", {"B": "x---", "A'": "x---", "ending": "x---"}, 60, 77, articulation=1.05,
              level_db=-12, reverb=0.3),
        Voice("brush", "drums", {"A": "o.x.o.x.", "B": "o.x.oox.", "A'": "o.x.o.x."}, level_db=-15, pan=0.1,
              reverb=0.15),
        Voice("bass guitar", "bass", {"A": "1---1-5a", "B": "1---1-5a", "A'": "1---1-5a",
              "ending": "1-------"}, 32, articulation=1.0, level_db=-5, reverb=0.08),
        Voice("celesta", "chords", {"A'": "...4...5", "ending": "4-5-6-7-"}, 63, 80, articulation=2.0,
              level_db=-10, pan=0.35, reverb=0.35),
    ),
    production=Production(-17, 1.8, -6, brightness_db=0.5, glue_db=2, grain=0.2, looseness_s=0.014,
        rubato=0.04, final_tempo=0.75),
)  # fmt: skip

TWO_CUPS = Song(
    title="Two Cups",
    mood=Mood.TENDER,
    tempo_bpm=92,
    key=57,
    mode="major",
    seed=63,
    sections=(
        Section("intro", "I | IV iv", (0.48, 0.5)),
        Section("A", "I V/3 | vi I7 | IV iv | I V7", (0.52, 0.58)),
        Section("B", "vi III7 | IV I/3 | II7 | V7", (0.56, 0.62)),
        Section("A'", "I V/3 | vi I7 | IV iv | I V7", (0.6, 0.52)),
        Section("ending", "IV iv | I", (0.48, 0.38)),
    ),
    motifs={
        "a": "3:1 4:.5 5 5:1 2 1':1.5 7:.5 b7:1 6:.5 5 6:1.5 4:.5 b6:1.5 4:.5 5:1 3:.5 1 2:2",
        "e": "6:1 1':.5 7 #5:1 7 6:1 4:.5 6 5:1.5 3:.5 #4:1 6:.5 #4 2:1 6 5:2 4:1 2",
        "z": "6:1.5 4:.5 b6:1 4 3:4",
    },
    voices=(
        Voice("steel guitar", "chords", {"*": "1.3.2.4.1.3.2.4.", "ending": "1-2-3-4---------"}, 52, 69,
              articulation=2.0, level_db=-1, pan=-0.15, reverb=0.18),
        Voice("steel guitar", "bass", {"*": "1---5---", "ending": "1-------"}, 40, articulation=1.0,
              level_db=-3, pan=-0.15, reverb=0.15),
        Voice("soft singer", "melody", {"A": "a", "A'": "a", "ending": "z."}, 57, 84, articulation=1.0,
              level_db=3, pan=0.05, reverb=0.2, shift=0),
        Voice("violin", "melody", {"B": "e", "A'": "a"}, 57, 88, articulation=1.03, level_db=-4, pan=0.25,
              reverb=0.35, shift=7),
        Voice("strings", "chords", {"A'": "x---", "ending": "x---"}, 57, 74, articulation=1.0, level_db=-13,
              reverb=0.3),
        Voice("shaker", "drums", {"B": "oxoxoxox", "A'": "oxoxoxox"}, level_db=-19, pan=0.3, reverb=0.1),
        Voice("glockenspiel", "chords", {"B": "4.......", "A'": "4...5...", "ending": "4-------"}, 69, 86,
              articulation=3.0, level_db=-13, pan=0.4, reverb=0.4),
    ),
    production=Production(-17, 1.6, -7, brightness_db=0.5, glue_db=2, grain=0.2, looseness_s=0.014,
        rubato=0.04, final_tempo=0.75),
)  # fmt: skip

SONGS = (SMALL_HAND, FIRST_SNOW, TWO_CUPS)
