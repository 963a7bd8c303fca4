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
    tempo_bpm=82,
    key=65,
    mode="major",
    meter=(3,),
    seed=61,
    sections=(
        Section("intro", "I | IV", (0.45, 0.48)),
        Section("A", "I | iii | vi | IV | I | iii | ii7 | V7", (0.5, 0.56)),
        Section("B", "IV | iii | ii7 | V", (0.55, 0.6)),
        Section("A'", "I | iii | IV V7 | I", (0.55, 0.46)),
        Section("ending", "I", (0.42, 0.36)),
    ),
    motifs={
        "a": "3:2 5:1 5:2 3:1 1':2 6:1 6:1 5:1 4:1",
        "b": "3:2 5:1 7:2 5:1 6:1 5 4 5:3",
        "e": "6:2 1':1 5:2 7:1 4:1 5 6 7:2 5:1",
        "c": "3:2 5:1 5:2 1':1 6:1.5 5:.5 7:1 1':3",
    },
    voices=(
        Voice("music box", "melody", {"A": "a b", "A'": "c."}, 72, 96, articulation=1.6, level_db=-1,
              pan=0.08, reverb=0.3, shift=7),
        Voice("flute", "melody", {"B": "e"}, 65, 90, articulation=1.0, level_db=-3, pan=-0.15, reverb=0.3),
        Voice("harp", "chords", {"*": "1-2-3-4-3-2-", "ending": "1-2-3-4-5-6-"}, 53, 70, articulation=2.5,
              level_db=-4, pan=-0.25, reverb=0.25),
        Voice("slow strings", "chords", {"A": "x--", "B": "x--", "A'": "x--", "ending": "x--"}, 60, 77,
              articulation=1.05, level_db=-6, reverb=0.35),
        Voice("low strings", "bass", {"A": ".|.|.|.|1--", "B": "1--", "A'": "1--", "ending": "1--"}, 41,
              articulation=1.05, level_db=-8, reverb=0.3),
    ),
    production=Production(-18, 1.9, -6, brightness_db=0.5, glue_db=2, grain=0.2, looseness_s=0.014,
        rubato=0.05, final_tempo=0.72),
)  # fmt: skip

FIRST_SNOW = Song(
    title="First Snow on Your Sleeve",
    mood=Mood.TENDER,
    tempo_bpm=76,
    key=63,
    mode="major",
    seed=62,
    sections=(
        Section("intro", "IM7", (0.45, 0.48)),
        Section("A", "IM7 | vi7 | IVM7 | Vsus4 V", (0.5, 0.56)),
        Section("B", "IVM7 | iii7 | ii7 | Vsus4 V", (0.55, 0.62)),
        Section("A'", "IM7 | vi7 | IVM7 V | Iadd9", (0.56, 0.48)),
        Section("ending", "Iadd9", (0.42, 0.36)),
    ),
    motifs={
        "a": "5:1.5 3:.5 5:1 7 6:2 3:1 5 6:1.5 5:.5 3:1 1 2:3 r:1",
        "e": "6:1 1':.5 7 6:1 5 5:1.5 3:.5 7:2 4:1 5:.5 6 1':1 6 5:3 r:1",
        "c": "5:1.5 3:.5 5:1 7 6:2 3:1 5 6:1 5:.5 3 2:1 5 3:4",
    },
    voices=(
        Voice("soft singer", "melody", {"A": "a", "A'": "c."}, 58, 82, articulation=1.0, level_db=0, pan=0.05,
              reverb=0.25),
        Voice("flute", "melody", {"B": "e", "A'": "c."}, 63, 92, articulation=1.0, level_db=-7, pan=-0.2,
              reverb=0.3, shift=7),
        Voice("violin", "melody", {"B": "e", "A'": "c."}, 62, 88, articulation=1.03, level_db=-4, pan=-0.15,
              reverb=0.35),
        Voice("electric piano", "chords", {"*": "x---x---", "A": "x--1-2-3", "B": "x--2-3-4",
              "ending": "x-------"}, 56, 73, articulation=1.0, level_db=-2, pan=-0.1, reverb=0.25,
              strum_s=0.03),
        Voice("strings", "chords", {"B": "x---", "A'": "x---", "ending": "x---"}, 60, 77, articulation=1.05,
              level_db=-8, reverb=0.35),
        Voice("bass guitar", "bass", {"A": "1-----5-", "B": "1-----5-", "A'": "1-----5-",
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
    tempo_bpm=88,
    key=57,
    mode="major",
    seed=63,
    sections=(
        Section("intro", "I | IV", (0.48, 0.5)),
        Section("A", "I | V/3 | vi | IV", (0.52, 0.56)),
        Section("B", "ii7 | V | iii7 | vi IV", (0.55, 0.6)),
        Section("A'", "I | V/3 | vi | IV V", (0.58, 0.5)),
        Section("ending", "I", (0.45, 0.38)),
    ),
    motifs={
        "a": "3:1 4:.5 5 5:1.5 3:.5 2:1 3:.5 5 2:2 1:1 2:.5 3 6:1.5 5:.5 4:1 3:.5 2 1:2",
        "e": "4:1 6:.5 5 4:1 2 2:1 5:.5 4 2:2 3:1 5:.5 7 7:1 5 6:1 5:.5 3 4:1 5",
        "c": "3:1 4:.5 5 5:1.5 3:.5 2:1 3:.5 5 2:2 1:1 2:.5 3 6:1.5 5:.5 4:1 3:.5 2 2:1 2",
        "z": "1:4",
    },
    voices=(
        Voice("steel guitar", "chords", {"*": "1.3.2.4.1.3.2.4.", "ending": "1-2-3-4---------"}, 52, 69,
              articulation=4.0, level_db=-1, pan=-0.15, reverb=0.18),
        Voice("steel guitar", "bass", {"*": "1---5---", "ending": "1-------"}, 40, articulation=1.0,
              level_db=-3, pan=-0.15, reverb=0.15),
        Voice("soft singer", "melody", {"A": "a", "A'": "c", "ending": "z"}, 57, 84, articulation=1.0,
              level_db=0, pan=0.05, reverb=0.25, shift=0),
        Voice("violin", "melody", {"B": "e", "A'": "c", "ending": "z"}, 57, 88, articulation=1.03,
              level_db=-5, pan=0.25, reverb=0.35, shift=7),
        Voice("slow strings", "chords", {"B": "x---", "A'": "x---", "ending": "x---"}, 57, 74,
              articulation=1.05, level_db=-9, reverb=0.35),
        Voice("glockenspiel", "chords", {"B": "4.......", "A'": "4...5...", "ending": "4-------"}, 69, 86,
              articulation=3.0, level_db=-13, pan=0.4, reverb=0.4),
    ),
    production=Production(-17, 1.6, -7, brightness_db=0.5, glue_db=2, grain=0.2, looseness_s=0.014,
        rubato=0.04, final_tempo=0.75),
)  # fmt: skip

SONGS = (SMALL_HAND, FIRST_SNOW, TWO_CUPS)
