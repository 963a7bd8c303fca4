# ruff: noqa: E501
"""Happy: fast, major, staccato, bright, high and regular, with simple consonant harmony and a dancing beat.

Cues of Juslin & Laukka (2003), table 11; Gabrielsson & Lindström (2010), tables 14.2 and 14.3; Hevner (1935, 1937).
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

SUNDAY_BICYCLE = Song(
    title="Sunday Bicycle",
    mood=Mood.HAPPY,
    tempo_bpm=132,
    key=60,
    mode="major",
    seed=11,
    sections=(
        Section("intro", "I | V", (0.75, 0.8)),
        Section("A", "I | V | vi | IV | I | V | IV V | I", (0.8, 0.85)),
        Section("B", "IV | V | iii vi | ii V", (0.8, 0.9)),
        Section("A'", "I | V | vi | IV | I | V | IV V | I", (0.92, 0.95)),
        Section("ending", "IV V | I", (0.95, 0.95)),
    ),
    motifs={
        "a": "3:.5 5 5:1 3:.5 5 1':1 7:.5 6 5:1 6:.5 5 2:1",
        "b": "1':.5 7 6:1 3:.5 5 6:1 6:.5 5 4:1 6:1 r:1",
        "d": "4:.5 5 6:1 7:.5 1' 2':1 1':1.5 5:.5 1':1",
        "e": "6:1.5 1':.5 1':1 6 7:1.5 2':.5 2':1 7",
        "f": "5:1 7 6 1' 2':.5 1' 7 6 7:1 5",
        "z": "6:.5 6 1':1 2':.5 2' 7:1 1':.5 5 3 5 1':1",
    },
    voices=(
        Voice("whistle", "melody", {"A": "a b a d.", "B": "e f", "A'": "a b a d.", "ending": "z."}, 67, 93,
              articulation=0.7, level_db=0, pan=0.05, reverb=0.22, shift=7),
        Voice("glockenspiel", "melody", {"intro": "a", "A'": "a b a d.", "ending": "z."}, 72, 100,
              articulation=0.6, level_db=-9, pan=0.35, reverb=0.25, shift=7),
        Voice("ukulele", "chords", {"intro": "x.xXx.xX", "*": "X.xXx.xX", "ending": "X.xXx.xX|X-x.X---"}, 58, 76,
              articulation=0.8, level_db=-1, pan=-0.35, reverb=0.12, strum_s=0.022),
        Voice("piano", "chords", {"B": ".x.x.x.x", "A'": ".x.x.x.x", "ending": ".x.x.x.x|X...X---"}, 60, 79,
              articulation=0.4, level_db=-5, pan=0.3, reverb=0.12),
        Voice("bass guitar", "bass", {"A": "1.5.1.5.", "B": "1.1.5.1.", "A'": "1.5.1.5a", "ending": "1.5.1.5.|1.5.1---"}, 36,
              articulation=0.6, level_db=0, reverb=0.03),
        Voice("kick", "drums", {"A": "X...X.x.", "B": "X...X.x.", "A'": "X...X.x.", "ending": "X...X...|X...X..."}, level_db=-5,
              reverb=0.04),
        Voice("snare", "drums", {"B": "..x...x.|..x...xx", "A'": "..X...X.", "ending": "..X...Xx|..x.X..."}, level_db=-8, reverb=0.12),
        Voice("clap", "drums", {"A": "..X...X.", "A'": "..X...X."}, level_db=-10, pan=-0.1, reverb=0.15),
        Voice("shaker", "drums", {"*": "oxoxoxoxoxoxoxox", "ending": "oxoxoxoxoxoxoxox|oxoxoxoxX......."}, level_db=-15, pan=0.4, reverb=0.08),
        Voice("tambourine", "drums", {"A'": "..x...x.", "B": ".x.x.x.x"}, level_db=-15, pan=0.5, reverb=0.1),
    ),
    production=Production(-14, 0.9, -7, brightness_db=1.0, glue_db=3, final_tempo=0.9),
)  # fmt: skip

LEMONADE_STAND = Song(
    title="Lemonade Stand",
    mood=Mood.HAPPY,
    tempo_bpm=126,
    key=55,
    mode="major",
    seed=12,
    swing=0.64,
    sections=(
        Section("intro", "I6 VI7 | ii7 V7", (0.75, 0.85)),
        Section("A", "I6 | VI7 | ii7 | V7 | I6 | I7 | IV6 bVII7 | I6 V7", (0.8, 0.85)),
        Section("B", "IV6 | #ivo7 | I6 VI7 | II7 V7", (0.8, 0.9)),
        Section("A'", "I6 | VI7 | ii7 | V7 | I6 | I7 | ii7 V7 | I6", (0.92, 1.0)),
        Section("ending", "I6", (1.0, 1.0)),
    ),
    motifs={
        "a": "r:.5 3 5 6 1':1.5 6:.5 5:.5 3 #1:1 3 r",
        "b": "r:.5 2 4 6 1':1.5 6:.5 7:.5 6 4:1 2 r",
        "c": "3':1 1':.5 6 1':1 r b7:1 6:.5 5 b7:1 r",
        "d": "6:.5 5 6 1' b7 6 4 2 3 5 6:1 5 r",
        "e": "1':2 6:1 5 #4:2 6:1 1' 5 3 #1 3 6:.5 6 6 6 7:1 5",
        "z": "6:.5 5 6 1' 7 6 4 2 1:1 r:.5 6:.5 1':1 r:1",
        "k": "1':.5 6 5 3 1:1 r:1",
    },
    voices=(
        Voice("trumpet", "melody", {"A": "a b c d", "A'": "a b c z", "ending": "k"}, 60, 88, articulation=0.62, level_db=0, pan=0.12,
              reverb=0.2, shift=7),
        Voice("clarinet", "melody", {"B": "e", "A'": "_4 k _8 k", "ending": "k"}, 60, 84, articulation=0.8, level_db=-2, pan=-0.25,
              reverb=0.2, shift=7),
        Voice("piano", "chords", {"*": "..x..x..|x..x..x.", "ending": "x..X...."}, 55, 74, articulation=0.45, level_db=-2, pan=-0.3,
              reverb=0.12),
        Voice("clean guitar", "chords", {"*": "x.x.x.x.", "intro": "", "ending": "X..X...."}, 52, 70, articulation=0.35, level_db=-6, pan=0.4,
              reverb=0.08, strum_s=0.012),
        Voice("trombone", "chords", {"B": "....X...|......X.", "A'": ".......X|..x....."}, 52, 70, articulation=0.5, level_db=-5, pan=0.3,
              reverb=0.2),
        Voice("upright bass", "bass", {"intro": "1-3-1-a-", "*": "1-3-5-a-", "ending": "1-5-1---"}, 33, articulation=0.85, level_db=0,
              reverb=0.04),
        Voice("ride", "drums", {"*": "x.xxx.xx", "intro": "", "ending": "x..x...."}, level_db=-14, pan=0.3, reverb=0.1),
        Voice("hat", "drums", {"*": "..x...x."}, level_db=-15, pan=-0.3, reverb=0.06),
        Voice("snare", "drums", {"A": "..o...o.|..o...ox", "B": "..x...x.", "A'": "..x...x.|..x...xx", "ending": "xXxX...."}, level_db=-9,
              reverb=0.12),
        Voice("kick", "drums", {"*": "x...x...", "intro": "", "A'": "X..xX...", "ending": "X..X...."}, level_db=-7, reverb=0.04),
        Voice("clap", "drums", {"A'": "..x...x.", "intro": "..x...x."}, level_db=-12, reverb=0.14),
    ),
    production=Production(-14, 1.0, -7, brightness_db=1.0, glue_db=3, looseness_s=0.01, final_tempo=0.95),
)  # fmt: skip

KITE_WEATHER = Song(
    title="Kite Weather",
    mood=Mood.HAPPY,
    tempo_bpm=152,
    key=62,
    mode="major",
    seed=13,
    sections=(
        Section("intro", "I | IV", (0.75, 0.8)),
        Section("A", "I | IV | I | V | I | IV | V | I", (0.82, 0.88)),
        Section("B", "vi | IV | I | V | vi | IV | I | V", (0.82, 0.92)),
        Section("A'", "I | IV | I | V | I | IV | V | I", (0.95, 1.0)),
        Section("ending", "IV V | I", (1.0, 1.0)),
    ),
    motifs={
        "a": "1:.5 2 3 5 5 6 5 3 4 6 1':1 6:.5 5 4:1",
        "b": "3:.5 4 5 3 1':1 5 2:.5 3 4 2 5:1 r",
        "c": "1:.5 2 3 5 6 5 1':1 6:.5 1' 2' 1' 6:1 4",
        "d": "5:.5 6 7 2' 2' 7 5:1 1' 1':.5 7 1':2",
        "e": "6:1 1':.5 6 3:1 6 4 6:.5 4 1:1 4",
        "f": "5:1 3:.5 5 1':1 5 7 2':.5 7 5:2",
        "g": "5:1 1':.5 3' 3':1 1' 2':.5 2' 7 7 5:1 5",
        "z": "4:.5 6 1' 6 5 7 2':1 1':.5 5 3 5 1':1",
    },
    voices=(
        Voice("violin", "melody", {"A": "a b c d", "B": "e f e g", "A'": "a b c d", "ending": "z."}, 60, 90, articulation=0.75, level_db=0,
              pan=0.15, reverb=0.18),
        Voice("flute", "melody", {"A'": "a b c d", "B": "_16 e g", "ending": "z."}, 67, 96, articulation=0.65, level_db=-5, pan=-0.2,
              reverb=0.22, shift=7),
        Voice("steel guitar", "chords", {"*": "X.xxXxxx", "ending": "X.xxXxxx|X-x-X---"}, 50, 70, articulation=0.9, level_db=-1, strum_s=0.018,
              takes=2, reverb=0.1),
        Voice("organ", "chords", {"B": "x-------", "A'": ".x.x.x.x", "ending": "x-------|x-------"}, 57, 74, articulation=0.9, level_db=-9, pan=-0.3,
              reverb=0.2),
        Voice("bass guitar", "bass", {"A": "1.1.5.1.", "B": "1.115.1.", "A'": "1.1.5.5a", "ending": "1.1.1.1.|1.5.1---"}, 38, articulation=0.7,
              level_db=0, reverb=0.03),
        Voice("kick", "drums", {"intro": "X.X.X.X.", "*": "X.X.X.X.", "ending": "X.X.X.X.|X.X.X..."}, level_db=-5, reverb=0.04),
        Voice("snare", "drums", {"A": ".x.x.x.x", "B": "..X...X.", "A'": "..X...X.|..X...X.|..X...X.|..X.x.Xx", "ending": "..X.xxXx|..x.X..."},
              level_db=-8, reverb=0.12),
        Voice("clap", "drums", {"A": "..X...X.", "A'": "..X...X."}, level_db=-11, reverb=0.16),
        Voice("tambourine", "drums", {"B": "xoxoxoxo", "A'": "xxXxxxXx"}, level_db=-15, pan=0.45, reverb=0.1),
        Voice("crash", "drums", {"B": "X|.|.|.|.|.|.|.", "A'": "X|.|.|.|X|.|.|.", "ending": ".|X..."}, level_db=-13, pan=0.3, reverb=0.1),
    ),
    production=Production(-13.5, 1.1, -7, brightness_db=1.0, glue_db=4, final_tempo=0.9),
)  # fmt: skip

SONGS = (SUNDAY_BICYCLE, LEMONADE_STAND, KITE_WEATHER)
