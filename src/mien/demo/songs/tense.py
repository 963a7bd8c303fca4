# ruff: noqa: E501
"""Tense: irregular beats, tremolo, diminished and clustered chords, chromatic steps, crescendos that find no rest.

Fear in Juslin & Laukka (2003), table 11: irregular, with large variability and staccato, in a minor mode; dissonance and
rising loudness in Gabrielsson & Lindström (2010); unresolved expectation in Huron (2006), "Sweet Anticipation".
"""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

CORRIDOR = Song(
    title="The Long Corridor",
    mood=Mood.TENSE,
    tempo_bpm=116,
    key=49,
    mode="harmonic minor",
    meter=(5,),
    seed=41,
    sections=(
        Section("intro", "imM7 | imM7", (0.45, 0.6)),
        Section("A", "imM7 | viio7 | imM7 | ivo7 | imM7 | viio7", (0.6, 0.85)),
        Section("B", "io7 | #io7 | iio7 | iiio7", (0.6, 1.0)),
        Section("A'", "imM7 | viio7 | #ivo7 | vo7", (0.85, 1.0)),
        Section("ending", "ix", (1.0, 0.9)),
    ),
    motifs={
        "a": "5:1.5 #4:.5 5:1 6:1 r 7:1.5 #6:.5 7:1 1' r",
        "b": "1':.5 7 1' #1' 2':1 #1':.5 1' 7:1 7:.5 #6 7 1' 2':1 1':2",
        "e": "1:.5 b2 2 b3 3 #3 4 #4 5 b6",
    },
    voices=(
        Voice("violin", "melody", {"A": "_5 a a^ b", "A'": "b b+2"}, 61, 96, articulation=0.95, level_db=-2, pan=0.2, reverb=0.3, shift=7),
        Voice("clarinet", "melody", {"A": "_15 a", "B": "e e+1 e+2 e+3"}, 52, 84, articulation=0.6, level_db=-3, pan=-0.3, reverb=0.25),
        Voice("tremolo strings", "chords", {"*": "x---------", "ending": "X---------"}, 61, 80, articulation=1.0, level_db=-2, reverb=0.3),
        Voice("low short strings", "bass", {"intro": "1.1.131.5.", "A": "1.1.131.53", "B": "1111111111", "A'": "1.1113115.", "ending": "1111------"}, 37, articulation=0.6, level_db=1, reverb=0.2),
        Voice("piano", "bass", {"A": "1.........|......1...", "B": "1....1....", "A'": "1..1..1...", "ending": "1---------"}, 25, articulation=1.0, level_db=-3, reverb=0.25),
        Voice("horns", "chords", {"B": ".....x----", "A'": "x---.x----", "ending": "X---------"}, 49, 67, articulation=0.95, level_db=-3, pan=-0.2, reverb=0.3),
        Voice("timpani", "drums", {"A": "x.........|.......x.x", "B": "x.x...x.x.|x.x...x.x.|x.x.x.x.x.|xxxxxxxxXX", "A'": "X..X..X.x.", "ending": "XXXX......"}, 37, level_db=-6, reverb=0.25),
        Voice("snare", "drums", {"B": "ooooooooox|ooooooooxx|oooxooxoxx|xxxxxxxXXX", "A'": "X..X..X...|X..X..XxXX", "ending": "X..X......"}, level_db=-11, reverb=0.25),
        Voice("tick", "drums", {"intro": "x.x.x.x.x.", "A": "x.x.x.x.x."}, level_db=-13, pan=0.4, reverb=0.2),
        Voice("boom", "drums", {"A": "X|.|.|.|.|.", "A'": "X|.|X|.", "ending": "X"}, level_db=-7, reverb=0.3),
        Voice("riser", "drums", {"B": ".|.|X-|--"}, level_db=-15, reverb=0.3),
    ),
    production=Production(-13.5, 1.9, -5, brightness_db=1.0, glue_db=3, looseness_s=0.01, final_tempo=1.0),
)  # fmt: skip

COUNTDOWN = Song(
    title="Countdown",
    mood=Mood.TENSE,
    tempo_bpm=138,
    key=47,
    mode="phrygian",
    meter=(3.5,),
    seed=42,
    sections=(
        Section("intro", "i | i | i | II", (0.6, 0.8)),
        Section("A", "i | i | II | i | i | i | io7 | II", (0.8, 0.95)),
        Section("B", "io7 | #io7 | iio7 | #iio7 | iiio7 | #iiio7", (0.7, 1.0)),
        Section("A'", "i | i | II | i | io7 | II | bV | II", (0.95, 1.0)),
        Section("ending", "ix | ix", (1.0, 1.0)),
    ),
    motifs={
        "a": "1':1 2' 1':1.5 7:1 6 b5:1.5",
        "b": "1':.5 1' 2' 2' 3' 3' b5' 4':1 3' 2':1.5",
        "e": "5:.5 b6 6 b7 7 1' b2'",
    },
    voices=(
        Voice("saw lead", "melody", {"A": "_14 a a", "B": "e e+1 e+1 e+2 e+3 e+4", "A'": "b b a b"}, 59, 90, articulation=0.9, level_db=-4, reverb=0.25, echo=0.3, shift=7),
        Voice("synth bass", "bass", {"intro": "1.11.1.11.11.1", "*": "1.11.1.11.11.8", "B": "11111111111111", "ending": "1.11.1.11.11.1|1-------------"}, 35, articulation=0.8, level_db=1, reverb=0.04),
        Voice("distorted bass", "bass", {"A": "1-----1---1---", "A'": "1.11.1.11.11.8", "ending": "1.11.1.11.11.1|1-------------"}, 35, articulation=0.9, level_db=-5, reverb=0.04),
        Voice("square lead", "chords", {"*": "13243124132413", "intro": "1...2...1...3."}, 71, 88, articulation=0.4, level_db=-9, pan=0.4, reverb=0.25, echo=0.35),
        Voice("tremolo strings", "chords", {"*": "x------"}, 59, 78, articulation=1.0, level_db=-5, reverb=0.3),
        Voice("distorted guitar", "power", {"A'": "X.....X...X...", "B": "X.............", "ending": "X.....X...X...|X-------------"}, 35, articulation=0.9, level_db=-2, takes=2, reverb=0.1),
        Voice("horns", "chords", {"B": "x------", "A'": "X---X--"}, 47, 66, articulation=0.9, level_db=-5, reverb=0.3),
        Voice("tick", "drums", {"*": "x.x.x.x", "ending": "."}, level_db=-13, pan=-0.4, reverb=0.2),
        Voice("heartbeat", "drums", {"intro": "x.x....", "A": "."}, level_db=-4, reverb=0.1),
        Voice("kick", "drums", {"A": "X.....x...X...", "B": "X.X.X.X.X.X.X.", "A'": "X..x..X..xX.x.", "ending": "X..x..X..xX.x.|X"}, level_db=-4, reverb=0.06),
        Voice("tom", "drums", {"A": "....x...x...xx", "B": "x.x.x.x.x.x.xx", "A'": "....X..xX...XX", "ending": "XxXxXxXxXxXxXX|X"}, 40, level_db=-7, pan=0.2, reverb=0.18),
        Voice("big snare", "drums", {"A'": "......X.......", "B": ".|.|.|......X.......|......X...X...|xxxxxxxxXXXXXX", "ending": "X.....X...X.XX|X"}, level_db=-8, reverb=0.2),
        Voice("hat", "drums", {"A": "xoxoxoxoxoxoxo", "A'": "XoxoxoXoxoXoxo"}, level_db=-15, pan=0.25, reverb=0.06),
        Voice("riser", "drums", {"B": ".|.|.|X-|--|--", "intro": ".|.|X-|--"}, level_db=-14, reverb=0.2),
        Voice("boom", "drums", {"A": "X|.|.|.|.|.|.|.", "A'": "X|.|.|.", "ending": "X|X"}, level_db=-6, reverb=0.3),
    ),
    production=Production(-11.5, 1.4, -7, brightness_db=1.0, glue_db=5, looseness_s=0.004, final_tempo=1.0),
)  # fmt: skip

UNDER_THE_FLOOR = Song(
    title="Something Under the Floor",
    mood=Mood.TENSE,
    tempo_bpm=84,
    key=48,
    mode="locrian",
    meter=(4, 3, 5, 4),
    seed=43,
    sections=(
        Section("intro", "ix | ix", (0.4, 0.55)),
        Section("A", "ix | #ix | ix | IVx | io7 | ix", (0.5, 0.8)),
        Section("B", "IIx | #IIx | IIIx | #IIIx", (0.55, 1.0)),
        Section("A'", "ix | #ix | io7", (0.9, 0.75)),
        Section("ending", "ix", (1.0, 0.9)),
    ),
    motifs={
        "a": "5:1.5 b5:2.5 6:1 5:2 r:1",
        "b": "1:.5 2 r:1 7,:.5 1 r:2",
        "e": "1:.5 b2 2 b3 3 #3 4 #4 5 b6 6 b7",
    },
    voices=(
        Voice("violin", "melody", {"A": "_4 a a^ a", "A'": "a a"}, 66, 100, articulation=1.0, level_db=-4, pan=0.25, reverb=0.4, shift=14),
        Voice("tremolo strings", "chords", {"A": "x---------------", "B": "x---------------", "A'": "X---------------", "ending": "X-----------"}, 66, 84, articulation=1.0, level_db=-1, reverb=0.35),
        Voice("low tremolo strings", "chords", {"*": "x-------"}, 36, 55, articulation=1.0, level_db=0, reverb=0.3),
        Voice("glass pad", "chords", {"intro": "x---", "A": "x---"}, 72, 90, articulation=1.0, level_db=-8, reverb=0.5),
        Voice("piano", "melody", {"intro": "b", "A": "_3 b _4 b _2 b", "B": "e e+1", "A'": "b b"}, 24, 60, articulation=1.2, level_db=-1, pan=-0.3, reverb=0.4, shift=-7),
        Voice("low short strings", "bass", {"B": "1.1.1.1.1.1.1.1.", "A'": "1...1.1...1.1.1."}, 36, articulation=0.5, level_db=-1, reverb=0.25),
        Voice("dark choir", "chords", {"B": "x---", "A'": "x---", "ending": "X---"}, 55, 74, articulation=1.0, level_db=-5, reverb=0.5),
        Voice("heartbeat", "drums", {"intro": "xx..........xx..", "A": "xx......xx......", "B": "xx..xx..xx..xx.."}, level_db=-2, reverb=0.1),
        Voice("boom", "drums", {"intro": "X|.", "A": "X|.|.|x|.|.", "B": "X|X|X|X", "A'": "X|.|X", "ending": "X"}, level_db=-5, reverb=0.4),
        Voice("timpani", "drums", {"B": "........xxxx|......xxxxxx|....xxxxxxxxxxxx|xxxxxxxxXXXXXXXX", "ending": "X"}, 36, level_db=-7, reverb=0.3),
        Voice("anvil", "drums", {"A": ".|.......x|.|.|...........x|.", "A'": "X|.....x|X"}, level_db=-16, pan=0.5, reverb=0.6),
        Voice("riser", "drums", {"B": "X-|--|--|--"}, level_db=-13, reverb=0.35),
        Voice("tubular bell", "bass", {"A": "1---|.|.|.|1---|.", "A'": "1---|.|.", "ending": "1---"}, 60, articulation=2.0, level_db=-9, pan=-0.4, reverb=0.5),
    ),
    production=Production(-14, 2.8, -4, brightness_db=0.5, glue_db=3, looseness_s=0.02, rubato=0.04, final_tempo=0.9),
)  # fmt: skip

SONGS = (CORRIDOR, COUNTDOWN, UNDER_THE_FLOOR)
