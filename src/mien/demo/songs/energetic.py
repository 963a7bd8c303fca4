# ruff: noqa: E501
"""Energetic: very fast, loud, dense and driving, with sharp attacks, a wide spectrum and a beat that never lets go.

Arousal follows tempo, loudness, brightness and density (Gabrielsson & Lindström 2010, table 14.2; Eerola, Friberg &
Bresin 2013, figure 2; Livingstone et al. 2010, table 1); the harmony stays on the bright side.
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

NEON_STAIRS = Song(
    title="Neon Stairs",
    mood=Mood.ENERGETIC,
    tempo_bpm=140,
    key=57,
    mode="major",
    seed=21,
    sections=(
        Section("intro", "vi | IV", (0.7, 0.9)),
        Section("A", "vi | IV | I | V | vi | IV | I | V", (0.95, 1.0)),
        Section("B", "ii | IV | vi | V", (0.6, 0.95)),
        Section("A'", "vi | IV | I | V | vi | IV | I | V", (1.0, 1.0)),
        Section("ending", "vi | I", (1.0, 1.0)),
    ),
    motifs={
        "a": "6:.75 6 1':.5 7 6 5:1 6:.75 6 1':.5 2' 1' 6:1",
        "b": "5:.75 5 1':.5 3' 2' 1':1 2':1.5 7:.5 5:1 r",
        "c": "3':.75 3' 5':.5 3' 2' 1':1 2':1.5 2':.5 3':1 2'",
        "e": "4:2 6:1 2' 1':2 6:1 1' 3':2 1':1 3' 5':3 r:1",
        "z": "6:.75 6 1':.5 7 6 5:1 1':1",
    },
    voices=(
        Voice("saw lead", "melody", {"A": "a b a c", "B": "e", "A'": "a b a c", "ending": "z."}, 64, 93, articulation=0.85, level_db=-1, reverb=0.2,
              echo=0.3, shift=7),
        Voice("supersaw", "chords", {"A": "X..X..X...X..X..", "B": "x---------------", "A'": "X..X..X...X..X..", "ending": "X..X..X...X..X..|X---------------"},
              57, 76, articulation=0.9, level_db=0, reverb=0.18, ducks=True),
        Voice("square lead", "chords", {"intro": "1324132413241324", "B": "1324354613243546", "A'": "1324132413241324"}, 69, 86, articulation=0.6,
              level_db=-9, pan=0.4, reverb=0.2, echo=0.35, ducks=True),
        Voice("saw pad", "chords", {"intro": "x---------------", "*": "x---------------"}, 52, 70, articulation=1.0, level_db=-7, reverb=0.25, ducks=True),
        Voice("synth bass", "bass", {"intro": "..1...1...1...1.", "A": ".111.111.111.111", "B": "1---1---1---1-1-", "A'": ".111.118.111.158", "ending": ".111.111.111.111|1---------------"},
              33, articulation=0.85, level_db=1, reverb=0.02, ducks=True),
        Voice("club kick", "drums", {"*": "X...X...X...X...", "B": "X...............|X...............|X...X...X...X...|X...............", "ending": "X...X...X...X...|X..............."}, level_db=-2, reverb=0.02),
        Voice("clap", "drums", {"A": "....X.......X...", "A'": "....X.......X...", "ending": "....X.......X..."}, level_db=-8, reverb=0.15),
        Voice("snare", "drums", {"B": "................|................|x...x...x...x...|x.x.x.x.xxxxXXXX", "A'": "....X.......X..."}, level_db=-9, reverb=0.12),
        Voice("open hat", "drums", {"*": "..X...X...X...X.", "B": ".", "ending": "..X...X...X...X.|."}, level_db=-13, pan=0.15, reverb=0.05),
        Voice("hat", "drums", {"A": "xoxoxoxoxoxoxoxo", "A'": "xxoxxxoxxxoxxxox"}, level_db=-17, pan=-0.2, reverb=0.05),
        Voice("riser", "drums", {"B": ".|.|X-|--"}, level_db=-14, reverb=0.2),
        Voice("crash", "drums", {"A": "X|.|.|.|X|.|.|.", "A'": "X|.|.|.|X|.|.|.", "ending": ".|X..."}, level_db=-12, reverb=0.2),
    ),
    production=Production(-10.5, 1.3, -8, brightness_db=1.0, glue_db=6, looseness_s=0.002, final_tempo=0.98),
)  # fmt: skip

RUN_THE_LIGHT = Song(
    title="Run the Light",
    mood=Mood.ENERGETIC,
    tempo_bpm=176,
    key=52,
    mode="major",
    seed=22,
    sections=(
        Section("intro", "I | V | vi | IV", (0.95, 1.0)),
        Section("A", "I | V | vi | IV | I | V | vi | IV", (0.9, 0.95)),
        Section("B", "IV | V | I | vi | IV | V | IV | V", (0.95, 1.0)),
        Section("A'", "I | V | vi | IV | I | V | IV | V", (1.0, 1.0)),
        Section("ending", "I | IV | I", (1.0, 1.0)),
    ),
    motifs={
        "a": "1':1 7:.5 1' 3':1 1' 2' 7:.5 5 7:1 5",
        "b": "1':1 7:.5 6 3':1 1' 1' 6:.5 4 6:1 r",
        "c": "1':1 7:.5 1' 3':1 5' 2' 2':.5 3' 2':1 7",
        "e": "4':1 3':.5 4' 3':1 1' 2' 1':.5 2' 2':1 5",
        "f": "3':1 2':.5 1' 5':1 3' 1' 7:.5 1' 6:2",
        "z": "1':1 7:.5 1' 3':1 1' 4':1 3':.5 1' 6:1 4' 3':2",
    },
    voices=(
        Voice("lead guitar", "melody", {"intro": "a b", "B": "_16 e e", "A'": "a b c e", "ending": "z."}, 64, 92, articulation=0.9, level_db=-3, pan=0.1,
              reverb=0.2, echo=0.15, shift=7),
        Voice("voice", "melody", {"A": "a b c b", "B": "e f e e", "A'": "a b c e"}, 58, 84, articulation=0.85, level_db=-1, reverb=0.18, echo=0.12),
        Voice("distorted guitar", "power", {"intro": "X---X---", "A": "Xooxooxo", "B": "XxxxXxxx", "A'": "XxxxXxxx", "ending": "XxxxXxxx|XxxxXxxx|X-------"},
              40, articulation=0.92, level_db=0, takes=2, reverb=0.06),
        Voice("organ", "chords", {"B": "x-------", "A'": "x-------", "ending": "x-------"}, 57, 74, level_db=-9, reverb=0.15),
        Voice("picked bass", "bass", {"*": "11111111", "B": "11111151", "ending": "11111111|11111111|1-------"}, 28, articulation=0.9, level_db=-1, reverb=0.02),
        Voice("kick", "drums", {"intro": "X...X...|X...X.x.", "A": "X.x.x.x.", "B": "X..xX.x.", "A'": "X.xxX.x.", "ending": "X..xX.x.|X.xxX.xx|X......."},
              level_db=-3, reverb=0.05),
        Voice("big snare", "drums", {"intro": "..X...X.|..X...X.|..X...X.|..XxX.XX", "*": "..X...X.|..X...X.|..X...X.|..X...Xx", "ending": "..X...X.|..X.XXXX|."},
              level_db=-5, reverb=0.15),
        Voice("hat", "drums", {"A": "XxXxXxXx"}, level_db=-13, pan=0.3, reverb=0.05),
        Voice("ride", "drums", {"B": "X.X.X.X.", "A'": "XxXxXxXx", "intro": "X.X.X.X.", "ending": "XxXxXxXx|X.X.X...|."}, level_db=-12, pan=-0.3, reverb=0.08),
        Voice("crash", "drums", {"intro": "X...|.|.|.", "*": "X|.|.|.", "A'": "X|.|X|.", "ending": "X|.|X"}, level_db=-10, pan=0.3, reverb=0.12),
        Voice("tom", "drums", {"A": ".|.|.|.|.|.|.|....x.xx", "B": ".|.|.|.|.|.|.|....xxXX"}, 43, level_db=-7, pan=0.2, reverb=0.12),
    ),
    production=Production(-10, 1.0, -8, brightness_db=1.0, glue_db=6, looseness_s=0.006, final_tempo=0.92),
)  # fmt: skip

NIGHT_BUS = Song(
    title="Sprint for the Night Bus",
    mood=Mood.ENERGETIC,
    tempo_bpm=168,
    key=62,
    mode="dorian",
    seed=23,
    sections=(
        Section("intro", "i7 | i7", (0.85, 0.95)),
        Section("A", "i7 | i7 | IV7 | IV7 | i7 | i7 | III | IV7", (0.92, 0.95)),
        Section("B", "III | IV | i7 | v7 | III | IV | VII | VII", (0.95, 1.0)),
        Section("A'", "i7 | i7 | IV7 | IV7 | i7 | i7 | III | IV7", (1.0, 1.0)),
        Section("ending", "VII IV | i7 | i7", (1.0, 1.0)),
    ),
    motifs={
        "a": "1:.5 r 1 3 4 r 5:1 7:.5 5 4 3 1:1 r",
        "b": "1':.5 r 1' 7 6 r 4:1 6:.5 4 3 1 4:1 r",
        "c": "3:.5 r 3 5 7 r 5:1 6:.5 6 4 6 1':1 r",
        "e": "7:1.5 5:.5 7:1 3' 1':1.5 6:.5 1':1 4'",
        "f": "3':1.5 1':.5 5:1 1' 2':1.5 7:.5 5:2",
        "g": "4':1.5 2':.5 7:1 2' 4':.5 4' 2' 2' 7:1 r",
        "z": "7:.5 r 7 2' 1' r 1':1 1:.5 r 1 3 4 r 5:1 1':1",
    },
    voices=(
        Voice("trumpet", "melody", {"A": "a a b b a a c", "B": "e f e g", "A'": "a a b b a a c", "ending": "z"}, 60, 90, articulation=0.7, level_db=0, pan=0.15,
              reverb=0.16),
        Voice("trombone", "melody", {"A'": "a a b b a a c", "B": "e f e g", "ending": "z"}, 48, 76, articulation=0.7, level_db=-3, pan=-0.2, reverb=0.16, shift=-7),
        Voice("organ", "chords", {"intro": "x..x..x.x..x..x.", "A": "x..x..x.x..x..x.", "B": "x---------------", "A'": "x..x..x.x..x..x.", "ending": "x---x---x---x---|X..X..X.X-------|--------........"},
              57, 74, articulation=0.7, level_db=-4, pan=-0.35, reverb=0.12),
        Voice("crunch guitar", "chords", {"A": "..x...x...x..xx.", "B": "x.xxx.xxx.xxx.xx", "A'": ".xx..xx..xx..xxx", "ending": "x.xxx.xxx.xxx.xx|X..X..X.X-------|--------........"},
              55, 71, articulation=0.5, level_db=-4, strum_s=0.01, takes=2, reverb=0.08),
        Voice("picked bass", "bass", {"intro": "1.1..1.8.1.1.a1.", "*": "1.1..1.8.1.1.57.", "B": "1.1.1.1.1.1.1.5a", "ending": "1.1.1.1.1.1.1.1.|1..1..1.1-------|--------........"},
              33, articulation=0.8, level_db=1, reverb=0.02),
        Voice("kick", "drums", {"*": "X.........X.....|X..x......X.....", "B": "X...x...X...x...", "ending": "X.........X.....|X..X..X.X.......|."}, level_db=-3, reverb=0.04),
        Voice("snare", "drums", {"intro": "....X..o.o..X..o", "*": "....X..o.o..X..o|....X..o.o..X.xo", "B": "....X.......X.o.|....X.......X.xx", "ending": "....X..o.oxxXXXX|...X..X.X.......|."},
              level_db=-5, reverb=0.1),
        Voice("hat", "drums", {"*": "x.xox.xox.xox.xo", "B": ".", "ending": "x.xox.xox.xox.xo|.|."}, level_db=-13, pan=0.3, reverb=0.05),
        Voice("ride", "drums", {"B": "X.xxX.xxX.xxX.xx"}, level_db=-12, pan=-0.3, reverb=0.08),
        Voice("tambourine", "drums", {"A'": "..x...x...x...x."}, level_db=-14, pan=-0.4, reverb=0.08),
        Voice("crash", "drums", {"A": "X|.|.|.|.|.|.|.", "B": "X|.|.|.|X|.|.|.", "A'": "X|.|.|.|X|.|.|.", "ending": ".|X|."}, level_db=-11, pan=0.3, reverb=0.1),
    ),
    production=Production(-10.5, 0.9, -8, brightness_db=1.0, glue_db=5, looseness_s=0.005, final_tempo=0.97),
)  # fmt: skip

SONGS = (NEON_STAIRS, RUN_THE_LIGHT, NIGHT_BUS)
