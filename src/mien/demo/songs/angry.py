# ruff: noqa: E501
"""Angry: fast, minor or phrygian, loud and rough: distortion, sharp attacks, semitones and tritones, little variation.

Cues of Juslin & Laukka (2003), table 11: fast, loud, much high-frequency energy, sharp attacks, little vibrato;
Gabrielsson & Lindström (2010): dissonance, minor mode, distorted timbre; roughness as in Eerola, Friberg & Bresin (2013).
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

IRON_TEETH = Song(
    title="Iron Teeth",
    mood=Mood.ANGRY,
    tempo_bpm=184,
    key=52,
    mode="phrygian",
    seed=31,
    sections=(
        Section("intro", "i | i i i II | i | i III II bV", (0.95, 1.0)),
        Section("A", "i | i i i II | i | i III II bV | i | i i i II | i | bV IV III II", (1.0, 1.0)),
        Section("B", "i | II | i | bV | i | II | III | II", (1.0, 1.0)),
        Section("A'", "i | i i i II | i | i III II bV | i | i i i II | i | bV IV III II", (1.0, 1.0)),
        Section("ending", "i II | i bV | i II | i", (1.0, 1.0)),
    ),
    motifs={
        "a": "1':.5 1' 2' 1' b5:1 5:1 6:.5 6 5 4 2:2",
        "b": "1':.5 1' 2' 1' 3':1 2' b5':1 4':.5 3' 2':2",
        "c": "1':.25 2' 3' 2' 1' 2' 3' 2' 1' 7 6 7 1' 7 6 5 4 5 6 5 4 3 2 3 b5:1 4:1",
    },
    voices=(
        Voice("lead guitar", "melody", {"B": "a b a c", "A'": "_28 c"}, 60, 94, articulation=0.9, level_db=-2, reverb=0.15, echo=0.12, shift=7),
        Voice("distorted guitar", "power", {"intro": "X---------------|XoooXoooXoooXooo", "A": "XoooooooXooXooXo|XoooXoooXoooXooo", "B": "XooXooXoXooXooXo", "A'": "XoooooooXooXooXo|XoooXoooXoooXooo",
              "ending": "XoooXoooXoooXooo|XoooXoooXoooXooo|XoooXoooXoooXooo|X---------------"}, 40, articulation=0.95, level_db=1, takes=2, reverb=0.05),
        Voice("distorted bass", "bass", {"intro": "1---------------|1.111.111.111.11", "*": "1111111111111111", "ending": "1111111111111111|1111111111111111|1111111111111111|1---------------"},
              28, articulation=0.9, level_db=-3, reverb=0.02),
        Voice("tremolo strings", "chords", {"B": "x-------"}, 64, 80, level_db=-11, reverb=0.2),
        Voice("tight kick", "drums", {"intro": "X.......X.......|X.x.X.x.X.x.X.x.", "A": "XxXxXxXxXxXxXxXx", "B": "X..X..X.X..X..X.", "A'": "XxXxXxXxXxXxXxXx",
              "ending": "XxXxXxXxXxXxXxXx|XxXxXxXxXxXxXxXx|XxXxXxXxXxXxXxXx|X..............."}, level_db=-4, reverb=0.03),
        Voice("big snare", "drums", {"intro": "................|....X.......X...|....X.......X...|....X...X.X.XXXX", "A": "....X.......X...|....X.......X...|....X.......X...|....X.......XxXX",
              "B": "..X...X...X...X.", "A'": "..X...X...X...X.|..X...X...X...X.|..X...X...X...X.|..X...X...XXXXXX", "ending": "..X...X...X...X.|..X...X...X...X.|XxXxXxXxXXXXXXXX|X..............."},
              level_db=-4, reverb=0.13),
        Voice("crash", "drums", {"intro": "X...|X...|X...|X...", "A": "X...X...", "B": "X.X.X.X.", "A'": "X.X.X.X.", "ending": "X.X.X.X.|X.X.X.X.|X.X.X.X.|X......."}, level_db=-11, pan=0.3, reverb=0.08),
        Voice("open hat", "drums", {"A": "X.X.X.X."}, level_db=-13, pan=-0.3, reverb=0.05),
    ),
    production=Production(-9.5, 0.8, -10, brightness_db=1.5, glue_db=7, looseness_s=0.004, final_tempo=0.97),
)  # fmt: skip

BROKEN_GLASS = Song(
    title="Broken Glass",
    mood=Mood.ANGRY,
    tempo_bpm=148,
    key=49,
    mode="locrian",
    seed=32,
    sections=(
        Section("intro", "i5 | i5", (0.9, 1.0)),
        Section("A", "i5 | i5 | II5 | i5 | i5 | i5 | V5 | II5", (0.95, 1.0)),
        Section("B", "V5 | IV5 | II5 | i5 II5", (0.95, 1.0)),
        Section("A'", "i5 | i5 | II5 | i5 | i5 | i5 | V5 | II5", (1.0, 1.0)),
        Section("ending", "V5 II5 | i5", (1.0, 1.0)),
    ),
    motifs={
        "a": "1':.5 r 1' 2' 1' r 5:1 1':.5 r 1' 2' 3':1 2'",
        "b": "5:.5 r 5 4 5 r 2':1 2':.5 1' 2' 1' 5:1 r",
    },
    voices=(
        Voice("voice", "melody", {"A": "a a b b", "A'": "a a b b"}, 60, 84, articulation=0.7, level_db=-4, reverb=0.12, echo=0.2),
        Voice("saw lead", "melody", {"A'": "a a b b", "B": "b a"}, 60, 90, articulation=0.7, level_db=-4, reverb=0.12, shift=7),
        Voice("distorted guitar", "power", {"A": "X..X..X.X..X..X.", "B": "X-------X-------", "A'": "X..X..X.XooXooXo", "ending": "X..X..X.X..X..X.|X---------------"}, 37,
              articulation=0.9, level_db=1, takes=2, reverb=0.06),
        Voice("distorted bass", "bass", {"intro": "11.11.1.11.11.8.", "*": "11.11.1.11.11.8.", "B": "1111111111111111", "ending": "11.11.1.11.11.8.|1---------------"}, 25 + 12,
              articulation=0.85, level_db=0, reverb=0.03),
        Voice("saw pad", "chords", {"B": "x---x---x---x---", "A'": "x-------x-------"}, 61, 80, level_db=-8, reverb=0.2),
        Voice("club kick", "drums", {"*": "X...X...X...X...", "A'": "X...X..xX...X.x.", "ending": "X...X...X...X...|X..............."}, level_db=-2, reverb=0.03),
        Voice("big snare", "drums", {"A": "....X.......X...", "B": "....X.......X.XX", "A'": "....X.......X..X", "ending": "....X...X.X.XXXX|X..............."}, level_db=-4, reverb=0.15),
        Voice("anvil", "drums", {"intro": "X.....X...X.....", "A": "......X...x...X.", "B": "X..X..X.X..X..X.", "A'": "x..X..x...X..x.X"}, level_db=-9, pan=0.4, reverb=0.2),
        Voice("hat", "drums", {"*": "XxxxXxxxXxxxXxxx", "ending": "XxxxXxxxXxxxXxxx|."}, level_db=-13, pan=-0.25, reverb=0.05),
        Voice("crash", "drums", {"A": "X|.|.|.|X|.|.|.", "B": "X|.|X|.", "A'": "X|.", "ending": "X|X"}, level_db=-10, pan=-0.2, reverb=0.12),
        Voice("riser", "drums", {"intro": "X-|--", "B": ".|.|X-|--"}, level_db=-13, reverb=0.15),
    ),
    production=Production(-9.5, 0.9, -9, brightness_db=1.5, glue_db=7, looseness_s=0.002, final_tempo=0.98),
)  # fmt: skip

GRINDSTONE = Song(
    title="Grindstone",
    mood=Mood.ANGRY,
    tempo_bpm=166,
    key=50,
    mode="harmonic minor",
    seed=33,
    sections=(
        Section("intro", "i | i bII", (0.95, 1.0)),
        Section("A", "i | i bII | i | VI V | i | i bII | i | #IV V", (0.97, 1.0)),
        Section("B", "i | bII | i | #IV | i | bII | VI | V", (1.0, 1.0)),
        Section("A'", "i | i bII | i | VI V | i | i bII | i | #IV V", (1.0, 1.0)),
        Section("ending", "i bII | i bII | #IV V | i", (1.0, 1.0)),
    ),
    motifs={
        "a": "5:1.5 6:.5 5:1 #4 5:1 3:.5 2 1:2",
        "b": "1':1.5 b2':.5 1':1 7 6:1 5:.5 #4 5:2",
        "c": "1':.5 7 1' 5 6 5 #4 5 3 2 3 1 7,:1 1:1",
    },
    voices=(
        Voice("voice", "melody", {"A": "_4 c _8 c _8 c _8", "A'": "a b c b"}, 50, 79, articulation=0.8, level_db=-4, reverb=0.12),
        Voice("lead guitar", "melody", {"B": "a b a c", "A'": "a b c b"}, 60, 92, articulation=0.95, level_db=-3, reverb=0.15, echo=0.12, shift=7),
        Voice("distorted guitar", "power", {"intro": "X--oooX--oooXooo", "A": "XoXooXooXoXooXoo", "B": "X-------X-----oo", "A'": "XoXooXooXoXooXoo", "ending": "XoXooXooXoXooXoo|XoXooXooXoXooXoo|X-------X-------|X---------------"},
              38, articulation=0.95, level_db=1, takes=2, reverb=0.05),
        Voice("distorted bass", "bass", {"intro": "1--111------1111", "A": "1.1..1..1.1..1..", "B": "1-------1-----11", "A'": "1111111111111111", "ending": "1.1..1..1.1..1..|1.1..1..1.1..1..|1-------1-------|1---------------"},
              26, articulation=0.95, level_db=-2, reverb=0.02),
        Voice("dark choir", "chords", {"B": "x-------"}, 57, 74, level_db=-9, reverb=0.3),
        Voice("tight kick", "drums", {"intro": "X..xxxX..xxxXxxx", "A": "X.X..X..X.X..X..", "B": "XxxxxxxxXxxxxxxx", "A'": "XxXxxXxxXxXxxXxx", "ending": "X.X..X..X.X..X..|XxXxxXxxXxXxxXxx|XxxxxxxxXxxxxxxx|X..............."},
              level_db=-4, reverb=0.03),
        Voice("big snare", "drums", {"intro": "................|........X.X.XXXX", "A": "....X.......X...|....X.......X..x", "B": "........X.......|........X.......|........X.......|........X...XXXX",
              "A'": "....X.......X...|....X.......X.xX", "ending": "....X.......X...|....X.......XXXX|........X...XXXX|X..............."}, level_db=-4, reverb=0.15),
        Voice("crash", "drums", {"intro": "X..X..X.", "A": "X.......|....X...", "B": "X.X.X.X.", "A'": "X.X.X.X.", "ending": "X.X.X.X.|X.X.X.X.|X.X.X.X.|X......."}, level_db=-11, pan=0.3, reverb=0.08),
        Voice("hat", "drums", {"A": "X.X.X.X.X.X.X.X."}, level_db=-12, pan=-0.3, reverb=0.04),
        Voice("tom", "drums", {"A": ".|.|.|........xxxxXXXX", "A'": ".|.|.|........XXXXXXXX"}, 41, level_db=-6, pan=-0.2, reverb=0.1),
    ),
    production=Production(-9.5, 0.9, -10, brightness_db=1.5, glue_db=7, looseness_s=0.005, final_tempo=0.92),
)  # fmt: skip

SONGS = (IRON_TEETH, BROKEN_GLASS, GRINDSTONE)
