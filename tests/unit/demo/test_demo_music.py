"""Harmony, melody, arrangement and performance: notes that are known by construction."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from small_song import SMALL_SONG

from mien.demo.arrange import arrange, plan
from mien.demo.harmony import Chord, lead_voices, nearest, parse_chord, scale_pitch
from mien.demo.melody import Ground, develop, parse_motif
from mien.demo.perform import clock, perform
from mien.demo.score import Section, Song, Voice
from mien.demo.songs import SONGS
from mien.domain import Mood

C = 60
MAJOR_CHORD = Chord(C, (0, 4, 7), 0)
GROUND = Ground(C, "major", lambda _beat: MAJOR_CHORD, low=36, high=96)


def voice(role: str, pattern: str, **kwargs) -> Voice:
    return Voice("piano", role, {"*": pattern}, **kwargs)


def song_of(chords: str, **kwargs) -> Song:
    return replace(SMALL_SONG, sections=(Section("A", chords, (1.0, 1.0)),), **kwargs)


def notes_of(song: Song, played: Voice) -> list[tuple[float, float, int]]:
    written = arrange(song, played, plan(song))
    return [(round(n.start_beats, 6), round(n.length_beats, 6), n.pitch) for n in written]


@pytest.mark.parametrize(
    ("symbol", "mode", "root", "tones"),
    [
        ("I", "major", 60, {0, 4, 7}),
        ("vi7", "major", 69, {9, 0, 4, 7}),
        ("V7", "minor", 67, {7, 11, 2, 5}),
        ("VI", "minor", 68, {8, 0, 3}),
        ("bVII", "major", 70, {10, 2, 5}),
        ("II", "phrygian", 61, {1, 5, 8}),
        ("#ivo7", "major", 66, {6, 9, 0, 3}),
        ("i5", "minor", 60, {0, 7}),
    ],
)
def test_numeral_names_the_chord(symbol, mode, root, tones):
    chord = parse_chord(symbol, C, mode)
    assert chord.root == root
    assert chord.pitch_classes == tones


@pytest.mark.parametrize("symbol", ["", "VIII", "Iq", "x", "I/9"])
def test_what_is_no_chord_is_refused(symbol):
    with pytest.raises(ValueError, match="not a chord"):
        parse_chord(symbol, C, "major")


def test_inversion_puts_another_tone_in_the_bass():
    song = song_of("I/3")
    assert notes_of(song, voice("bass", "1---", low=36)) == [(0, 4, 40)]


def test_scale_degrees_go_on_above_and_below_the_octave():
    assert [scale_pitch(d, C, "major") for d in (-1, 0, 1, 7, 8, 10)] == [57, 59, 60, 71, 72, 76]


def test_chords_lead_to_each_other_by_short_motion():
    chords = [parse_chord(symbol, C, "major") for symbol in ("I", "vi", "IV", "V", "I")]
    settings = lead_voices(chords, 55, 72)
    for before, after in pairwise(settings):
        assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) <= 6
    for setting, chord in zip(settings, chords, strict=True):
        assert {pitch % 12 for pitch in setting} == chord.pitch_classes
        assert all(55 <= pitch <= 72 for pitch in setting)


def test_nearest_tone_of_a_chord_is_the_lower_of_two():
    assert nearest(62, frozenset({0, 4})) == 60
    assert nearest(63, frozenset({0, 4})) == 64


def test_motif_reads_degrees_octaves_signs_rests_and_lengths():
    steps = [(s.degree, s.alter, s.beats) for s in parse_motif("5:1.5 6 r:.5 #4:1 b7, 1'")]
    assert steps == [(5, 0, 1.5), (6, 0, 1.5), (None, 0, 0.5), (4, 1, 1.0), (0, -1, 1.0), (8, 0, 1.0)]


@pytest.mark.parametrize("motif", ["8:1", "do", "5:x", "5:1;6"])
def test_what_is_no_motif_is_refused(motif):
    with pytest.raises(ValueError, match="not a note"):
        parse_motif(motif)


def test_what_is_no_form_is_refused():
    with pytest.raises(ValueError, match="not a motif of a form"):
        develop("a b?", {"a": "1"}, 0, 8, GROUND)


@pytest.mark.parametrize(
    ("form", "pitches"),
    [
        ("a", [60, 64, 65, 67]),
        ("a+1", [62, 65, 67, 69]),
        ("a-2", [57, 60, 62, 64]),
        ("a^", [60, 57, 55, 53]),
        ("a a", [60, 64, 65, 67] * 2),
    ],
)
def test_form_repeats_moves_and_turns_a_motif(form, pitches):
    melody = develop(form, {"a": "1:.5 3 4 5"}, 0, 16, GROUND)
    assert [note.pitch for note in melody] == pitches


def test_cadence_rests_on_the_chord_until_the_section_ends():
    last = develop("_1 a.", {"a": "5:1 2"}, 8, 16, GROUND)[-1]
    assert (last.pitch, last.start_beats, last.length_beats) == (60, 10, 6)


def test_long_note_on_the_beat_that_clashes_moves_to_the_chord_and_a_short_one_passes():
    melody = develop("a", {"a": "4:1 4:.5 4"}, 0, 4, GROUND)
    assert [note.pitch for note in melody] == [64, 65, 65]


def test_melody_keeps_to_its_range_and_to_its_section():
    ground = replace(GROUND, low=60, high=71)
    melody = develop("a a a", {"a": "5,:1 5 1'"}, 0, 5, ground)
    assert all(60 <= note.pitch <= 71 for note in melody)
    assert max(note.start_beats + note.length_beats for note in melody) == 5


def test_shift_plays_thirds_below():
    (note,) = develop("a", {"a": "3:.5"}, 0, 1, GROUND, shift=-2)
    assert note.pitch == 60


def test_signs_share_the_bar_and_a_dash_holds():
    song = song_of("I | I")
    assert notes_of(song, voice("drums", "X.o-|...x", low=36)) == [(0, 1, 36), (2, 2, 36), (7, 1, 36)]


def test_a_dash_holds_over_the_bar_line():
    song = song_of("I | I")
    assert notes_of(song, voice("drums", "..x-|--..", low=36)) == [(2, 4, 36)]


def test_held_chord_is_struck_again_where_the_harmony_changes():
    starts = {start for start, _, _ in notes_of(song_of("I IV | V"), voice("chords", "x---"))}
    assert starts == {0, 2, 4}


def test_digits_play_single_tones_and_go_on_an_octave_up():
    pitches = [pitch for _, _, pitch in notes_of(song_of("I"), voice("chords", "1234", low=55, high=72))]
    assert pitches[3] == pitches[0] + 12
    assert {pitch % 12 for pitch in pitches} == {0, 4, 7}


def test_bass_approaches_the_next_root_from_a_step_below():
    assert [p for _, _, p in notes_of(song_of("I | IV"), voice("bass", "135a|1---", low=36))] == [
        36, 40, 43, 40, 41,
    ]  # fmt: skip


def test_power_chord_is_root_fifth_and_octave():
    assert [p for _, _, p in notes_of(song_of("ii"), voice("power", "X---", low=40))] == [50, 57, 62]


def test_section_that_is_not_named_is_silent():
    silent = Voice("piano", "chords", {"B": "x"})
    assert arrange(SMALL_SONG, silent, plan(SMALL_SONG)) == []


def test_swing_delays_what_is_off_the_beat():
    song = song_of("I", swing=0.66)
    assert [start for start, _, _ in notes_of(song, voice("drums", "xxxxxxxx"))][:3] == [0, 0.66, 1]


def test_bars_follow_the_meter_in_turn():
    assert [bar.start_beats for bar in plan(song_of("I | I | I", meter=(4, 3))).bars] == [0, 4, 7]


def test_crescendo_makes_later_notes_louder():
    rising = replace(SMALL_SONG, sections=(Section("A", "I | I | I | I", (0.3, 1.0)),))
    loudness = [note.velocity for note in arrange(rising, voice("drums", "x...x..."), plan(rising))]
    assert loudness == sorted(loudness)
    assert loudness[-1] > 2 * loudness[0]


def test_tempo_is_as_written_until_the_end_slows_down():
    song = replace(SMALL_SONG, production=replace(SMALL_SONG.production, rubato=0.0, final_tempo=0.5))
    time = clock(song, plan(song))
    assert time.seconds(8) == pytest.approx(4.0)
    assert time.seconds(16) - time.seconds(15) > 1.5 * (time.seconds(9) - time.seconds(8))


def test_strum_spreads_a_chord_from_below():
    song = song_of("I | I", production=replace(SMALL_SONG.production, looseness_s=0.0))
    strummed = voice("chords", "x-------", strum_s=0.04)
    notes = arrange(song, strummed, plan(song))
    events = perform(notes, strummed, song, clock(song, plan(song)), np.random.default_rng(0))
    first = sorted(events[:3], key=lambda event: event.pitch)
    assert [event.start_s for event in first] == pytest.approx([0.0, 0.02, 0.04])


def test_players_differ_from_take_to_take_but_not_from_day_to_day():
    layout, drum = plan(SMALL_SONG), SMALL_SONG.voices[-1]
    notes, time = arrange(SMALL_SONG, drum, layout), clock(SMALL_SONG, layout)

    def take(seed: int):
        return perform(notes, drum, SMALL_SONG, time, np.random.default_rng(seed))

    assert take(1) == take(1)
    assert take(1) != take(2)


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.title)
def test_every_song_can_be_played_from_its_notes(song):
    layout = plan(song)
    for played in song.voices:
        notes = arrange(song, played, layout)
        assert notes, played.instrument
        assert all(0 < note.velocity <= 1 and note.length_beats > 0 for note in notes)
        assert all(0 <= note.start_beats < layout.length_beats for note in notes)


def test_tempo_and_mode_are_what_research_says_of_the_mood():
    tempo = {mood: [song.tempo_bpm for song in SONGS if song.mood == mood] for mood in Mood}
    assert min(tempo[Mood.HAPPY]) >= 120
    assert min(tempo[Mood.ENERGETIC]) >= 140
    assert min(tempo[Mood.ANGRY]) >= 140
    assert max(tempo[Mood.SAD]) <= 72
    assert max(tempo[Mood.TENDER]) <= 96
    assert max(tempo[Mood.CALM]) <= 66
    dark = {"minor", "harmonic minor", "phrygian", "locrian"}
    bright = {"major", "lydian", "mixolydian"}
    for song in SONGS:
        if song.mood in {Mood.ANGRY, Mood.TENSE, Mood.SAD}:
            assert song.mode in dark, song.title
        elif song.mood is not Mood.ENERGETIC:
            assert song.mode in bright, song.title


def test_calm_and_sad_songs_have_no_drums():
    for song in SONGS:
        if song.mood in {Mood.CALM, Mood.SAD}:
            assert all(played.role != "drums" for played in song.voices), song.title
