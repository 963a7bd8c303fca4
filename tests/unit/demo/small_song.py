"""A song of four bars: quick to render, with one voice of every role."""

from __future__ import annotations

from mien.demo.score import Production, Section, Song, Voice
from mien.domain import Mood

SMALL_SONG = Song(
    title="Four Bars",
    mood=Mood.HAPPY,
    tempo_bpm=120,
    key=60,
    mode="major",
    seed=1,
    sections=(Section("A", "I | IV V", (0.6, 1.0)), Section("ending", "V | I", (1.0, 0.8))),
    motifs={"a": "3:1 5 1':2 6:1 6 5:2", "z": "2:2 7,:2 1:4"},
    voices=(
        Voice("flute", "melody", {"A": "a", "ending": "z."}, low=60, high=84, echo=0.2, pan=0.4),
        Voice("piano", "chords", {"*": "x-1-3-x-"}, low=52, high=70, strum_s=0.02, ducks=True),
        Voice("crunch guitar", "power", {"A": "X-oo"}, low=40, takes=2),
        Voice("bass guitar", "bass", {"*": "1-5-", "ending": "1-5a|1---"}, low=33),
        Voice("kick", "drums", {"*": "X.x.", "ending": "X.x.|X"}),
    ),
    production=Production(loudness_db=-16, reverb_s=0.4, wet_db=-9, drive_db=3, rubato=0.02),
)
