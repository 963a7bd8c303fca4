"""What every database must do: SQLite and PostgreSQL."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, make_url, text

from mien.domain import (
    Calibration,
    Emotion,
    Estimate,
    Listen,
    Mood,
    MoodEstimate,
    MoodSegment,
    PolicyName,
    Quadrant,
    Rating,
    Reading,
    Reason,
    SongAnalysis,
    Tags,
    TempoCandidate,
    Wish,
)
from mien.errors import NotFoundError, StoreError
from mien.sentences import say
from mien.store import FileStamp, KnownFile, Wanted, open_store
from mien.store.feelings import SavedFeeling

STAMP = FileStamp(size_bytes=5_000_000_000, mtime_ns=1_732_280_000_123_456_789)
NOTHING_MEASURED = {
    **dict.fromkeys(("loudness_lufs", "true_peak_dbtp", "mixed", "preview_s", "key_clarity")),
    "tempo_candidates": (),
}
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'library.db'}"
        return
    server = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"mien_test_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def store(url):
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def me(store):
    return store.listeners.default()


def song(path="/music/song.flac", mood=Mood.CALM, **changes):
    """An analysis whose vectors float32 holds exactly."""
    moods = {label: 0.64 if label is mood else 0.06 for label in Mood}
    quadrants = dict.fromkeys(Quadrant, 0.25)
    analysis = SongAnalysis(
        path=Path(path),
        duration_s=181.25,
        tags=Tags("Title", "Artist", "Album", "Genre", 1999, 3, "b1a9c0e9-d987-4042-ae91-78d6a3267d69"),
        features=(0.5, -1.25, 3.0),
        features_version=1,
        mood=MoodEstimate(
            moods=Estimate(moods, certain=False, reason="too close to call"),
            quadrants=Estimate(quadrants, certain=False, reason="all alike"),
            valence=0.3,
            arousal=-0.4,
            embedding=(0.25, 0.75),
        ),
        artifact_version="mood-1",
        curve=(
            MoodSegment(0.0, 5.0, Mood.CALM, 0.6, 0.1, -0.2),
            MoodSegment(5.0, 9.5, Mood.SAD, 0.5, -0.1, -0.3, certain=False, reason="can't tell: speech"),
        ),
        tempo_bpm=97.5,
        key="F# minor",
        cpu_s=0.42,
        analysis_version=1,
        loudness_lufs=-14.5,
        true_peak_dbtp=0.25,
        mixed=0.375,
        preview_s=62.5,
        tempo_candidates=(TempoCandidate(97.5, 0.75), TempoCandidate(195.0, 0.5)),
        key_clarity=0.875,
    )
    return replace(analysis, **changes)


def add(store, path, title="", artist=""):
    return store.tracks.save(song(path, tags=Tags(title=title, artist=artist)), STAMP)


def names(tracks):
    return [track.path.name for track in tracks]


class TestTracks:
    def test_an_analysis_comes_back_as_it_was_saved(self, store):
        analysis = song()
        assert store.tracks.analysis(store.tracks.save(analysis, STAMP)) == analysis

    def test_what_a_file_does_not_say_comes_back_as_nothing(self, store):
        analysis = song(tags=Tags(), tempo_bpm=None, key=None, **NOTHING_MEASURED)
        assert store.tracks.analysis(store.tracks.save(analysis, STAMP)) == analysis

    def test_a_track_is_listed_with_the_networks_estimate(self, store, me):
        analysis = song()
        track_id = store.tracks.save(analysis, STAMP)
        (track,) = store.tracks.all(me)
        assert track == store.tracks.get(track_id, me)
        assert (track.id, track.path, track.tags) == (track_id, analysis.path, analysis.tags)
        assert (track.mood, track.labelled) == (analysis.mood.moods, False)
        assert (track.valence, track.arousal, track.duration_s) == (0.3, -0.4, 181.25)
        assert (track.tempo_bpm, track.key) == (97.5, "F# minor")
        assert (track.loudness_lufs, track.true_peak_dbtp) == (-14.5, 0.25)
        assert (track.mixed, track.preview_s) == (0.375, 62.5)

    def test_analysing_again_keeps_the_number_and_what_the_listener_said(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        store.ratings.rate(me, track_id, Rating.LIKE)
        again = song(duration_s=60.0, curve=song().curve[:1], artifact_version="mood-2")
        assert store.tracks.save(again, STAMP) == track_id
        assert store.tracks.analysis(track_id) == again
        assert store.ratings.of(me) == {track_id: Rating.LIKE}

    @pytest.mark.parametrize(
        "name",
        [
            "plain.mp3",
            "line\nbreak.mp3",
            "\U0001f3b5 smile.mp3",
            os.fsdecode(b"not utf-8 \xff\xfe.mp3"),
            " blanks ",
            "per%20cent' \" ; --.mp3",
            "e\u0301 is not \u00e9",
        ],
    )
    def test_odd_names_survive(self, store, me, name):
        path = Path("/music") / name
        track_id = add(store, path)
        assert store.tracks.get(track_id, me).path == path
        assert store.tracks.find(str(path), me).id == track_id
        store.problems.record(path, say("why", "why"), STAMP)
        assert [problem.path for problem in store.problems.all()] == [path]

    def test_two_names_that_only_look_alike_are_two_tracks(self, store, me):
        add(store, "/music/e\u0301")
        add(store, "/music/\u00e9")
        assert len(store.tracks.all(me)) == 2

    def test_text_that_no_database_holds_is_made_to_fit(self, store, me):
        track_id = add(store, "/music/a", title="a\0b\x1b[31mc\nd\udcff")
        assert store.tracks.get(track_id, me).title == "a b [31mc d?"

    def test_a_relative_path_is_refused(self, store):
        with pytest.raises(ValueError, match="absolute"):
            store.tracks.save(song("song.flac"), STAMP)

    def test_a_number_that_is_none_is_refused_and_nothing_is_saved(self, store, me):
        with pytest.raises(StoreError):
            store.tracks.save(song(duration_s=float("nan"), tags=Tags(year=2**80)), STAMP)
        assert store.tracks.all(me) == []

    def test_stamps_are_of_files_analysed_with_these_versions(self, store):
        store.tracks.save(song("/music/now"), STAMP)
        store.tracks.save(song("/music/old-features", features_version=0), STAMP)
        store.tracks.save(song("/music/old-network", artifact_version="mood-0"), STAMP)
        store.tracks.save(song("/music/old-analysis", analysis_version=0), STAMP)
        stamps = store.tracks.stamps(analysis_version=1, features_version=1, artifact_version="mood-1")
        assert stamps == {Path("/music/now"): STAMP}

    def test_only_what_another_network_judged_of_the_same_features_can_be_judged_anew(self, store):
        store.tracks.save(song("/music/now"), STAMP)
        store.tracks.save(song("/music/old-features", features_version=0, artifact_version="0"), STAMP)
        store.tracks.save(song("/music/old-analysis", analysis_version=0, artifact_version="0"), STAMP)
        numbers = [store.tracks.save(song(f"/music/{i}", artifact_version="0"), STAMP) for i in range(3)]
        versions = {"analysis_version": 1, "features_version": 1, "artifact_version": "mood-1"}
        found = store.tracks.judged_by_others(**versions, most=2)
        assert [judged.track_id for judged in found] == numbers[:2]
        assert (found[0].features, found[0].mood) == (song().features, song().mood)

    def test_judging_anew_changes_the_mood_and_nothing_else(self, store, me):
        track_id = store.tracks.save(song(artifact_version="mood-0"), STAMP)
        other = store.tracks.save(song("/music/other", artifact_version="mood-0"), STAMP)
        now = replace(song(mood=Mood.ANGRY).mood, valence=-0.5, arousal=0.75, embedding=(1.0, 2.0))
        store.tracks.judge({track_id: now}, "mood-1")
        assert store.tracks.analysis(track_id) == replace(song(), mood=now, artifact_version="mood-1")
        assert store.tracks.get(track_id, me).mood == now.moods
        assert store.tracks.analysis(other) == song("/music/other", artifact_version="mood-0")

    def test_a_stamp_tells_whether_a_file_changed(self, tmp_path):
        file = tmp_path / "song"
        file.write_bytes(b"abc")
        before = FileStamp.of(file)
        assert FileStamp.of(file) == before
        file.write_bytes(b"abcd")
        assert FileStamp.of(file) != before

    def test_forgetting_files_takes_what_was_said_of_them(self, store, me):
        gone, kept = add(store, "/music/gone"), add(store, "/music/kept")
        for track_id in (gone, kept):
            store.ratings.rate(me, track_id, Rating.LIKE)
            store.labels.label(me, track_id, Mood.SAD)
            store.listens.record(me, Listen(track_id, NOON, 10.0))
        playlist = store.playlists.create(me, "both", [gone, kept])
        store.problems.record(Path("/music/broken"), say("why", "why"), None)
        assert store.tracks.forget([Path("/music/gone"), Path("/music/broken"), Path("/music/unknown")]) == 1
        assert names(store.tracks.all(me)) == ["kept"]
        assert store.ratings.of(me).keys() == store.labels.of(me).keys() == {kept}
        assert [listen.track_id for listen in store.listens.recent(me, 9)] == [kept]
        assert store.playlists.named(me, playlist.name).track_ids == (kept,)
        assert store.problems.all() == []

    def test_forgetting_no_file_removes_nothing(self, store, me):
        add(store, "/music/kept")
        assert store.tracks.forget([]) == 0
        assert names(store.tracks.all(me)) == ["kept"]

    @pytest.mark.parametrize("ask", ["get", "analysis"])
    def test_a_number_that_no_track_has_is_not_found(self, store, me, ask):
        arguments = (7, me) if ask == "get" else (7,)
        with pytest.raises(NotFoundError, match="number 7"):
            getattr(store.tracks, ask)(*arguments)


class TestFiles:
    def test_are_known_as_they_were_when_they_were_analysed(self, store):
        numbers = [store.tracks.save(song(f"/music/{i}", analysis_version=i), STAMP) for i in range(2)]
        assert store.files.known() == [
            KnownFile(number, Path(f"/music/{i}"), STAMP, 181.25) for i, number in enumerate(numbers)
        ]

    def test_a_track_that_moves_keeps_all_but_its_path(self, store, me):
        track_id, other = store.tracks.save(song(), STAMP), add(store, "/music/other")
        store.ratings.rate(me, track_id, Rating.BAN)
        store.labels.label(me, track_id, Mood.SAD)
        store.listens.record(me, Listen(track_id, NOON, 10.0))
        playlist = store.playlists.create(me, "mine", [track_id])
        before = store.tracks.analysis(track_id)
        store.files.move({track_id: Path("/elsewhere/new name.flac"), 4711: Path("/no/such/track")})
        assert store.tracks.analysis(track_id) == replace(before, path=Path("/elsewhere/new name.flac"))
        assert store.tracks.path(other) == Path("/music/other")
        assert store.ratings.of(me) == {track_id: Rating.BAN}
        assert store.labels.of(me) == {track_id: Mood.SAD}
        assert [listen.track_id for listen in store.listens.recent(me, 9)] == [track_id]
        assert store.playlists.get(me, playlist.id).track_ids == (track_id,)
        assert store.files.known()[0].stamp == STAMP

    def test_a_track_that_moves_is_found_by_its_new_name_and_by_its_tags(self, store, me):
        track_id = add(store, "/music/before.flac", "Björk")
        store.files.move({track_id: Path("/music/after.flac")})
        assert store.tracks.find("after", me).id == store.tracks.find("bjork", me).id == track_id
        with pytest.raises(NotFoundError):
            store.tracks.find("before", me)

    def test_a_move_clears_the_problems_of_both_paths_and_the_columns_see_it(self, store, me):
        track_id = add(store, "/music/a")
        for path in ("/music/a", "/music/b", "/music/c"):
            store.problems.record(Path(path), say("why", "why"), None)
        stamp = store.columns.stamp()
        store.files.move({track_id: Path("/music/b")})
        assert [problem.path.name for problem in store.problems.all()] == ["c"]
        assert store.columns.read(since=stamp.analysed_at).ids.tolist() == [track_id]
        assert names(store.tracks.all(me)) == ["b"]

    def test_the_same_sound_twice_is_told_from_another_of_the_same_length(self, store):
        sounds = {"/music/b": 1.0, "/music/a": 1.0, "/music/other": 2.0}
        for path, value in sounds.items():
            store.tracks.save(replace(song(path), features=np.full(3, value, np.float32)), STAMP)
        ((first, second),) = store.files.same_sound()
        assert (first.path, second.path) == (Path("/music/a"), Path("/music/b"))

    def test_how_much_was_said_of_files_is_counted(self, store, me):
        loud, quiet = store.tracks.save(song("/music/loud"), STAMP), add(store, "/music/quiet")
        store.labels.label(me, loud, Mood.SAD)
        for minute in range(2):
            store.listens.record(me, Listen(loud, NOON + timedelta(minutes=minute), 10.0))
        store.ratings.rate(me, quiet, Rating.BAN)
        assert store.files.said_of([Path("/music/loud"), Path("/nowhere")]) == {"label": 1, "listen": 2}
        assert store.files.said_of([]) == {}

    def test_many_tracks_move_at_once_or_none_does(self, store):
        numbers = [add(store, f"/music/{i:04}") for i in range(1201)]
        store.files.move({number: Path(f"/new/{number}") for number in numbers[:-1]})
        assert [file.path for file in store.files.known()][:-1] == [Path(f"/new/{n}") for n in numbers[:-1]]
        with pytest.raises(StoreError):
            store.files.move({numbers[0]: Path("/new/first"), numbers[1]: Path("/music/1200")})
        assert store.tracks.path(numbers[0]) == Path(f"/new/{numbers[0]}")

    def test_tracks_sound_alike_if_length_and_every_feature_are_the_same(self, store):
        same = [store.tracks.save(song(f"/music/{i}", tags=Tags(title=str(i))), STAMP) for i in range(2)]
        store.tracks.save(song("/music/longer", duration_s=181.5), STAMP)
        store.tracks.save(song("/music/other", features=(0.5, -1.25, 3.5)), STAMP)
        store.tracks.save(song("/music/older", features_version=0), STAMP)
        assert store.files.sounding_like(song("/music/new", artifact_version="mood-2")) == same
        assert store.files.sounding_like(song(duration_s=1.0)) == []

    def test_what_is_gone_is_nowhere_to_be_heard_until_it_is_back(self, store, me):
        gone, here = add(store, "/music/gone", "Gone"), add(store, "/music/here", "Here")
        store.ratings.rate(me, gone, Rating.LIKE)
        stamp, version = store.columns.stamp(), store.browse.version(me)
        store.files.mark_gone([Path("/music/gone")])
        assert store.files.gone() == [Path("/music/gone")]
        assert [problem.said.code for problem in store.problems.all()] == ["song_gone"]
        assert names(store.tracks.all(me)) == ["here"]
        assert store.columns.ids().tolist() == store.columns.read().ids.tolist() == [here]
        assert [spot.track_id for spot in store.browse.map(me)] == store.browse.ids(me, Wanted()) == [here]
        assert (store.columns.stamp() == stamp, store.browse.version(me) == version) == (False, False)
        assert store.ratings.of(me) == {gone: Rating.LIKE}

        store.files.mark_back([Path("/music/gone"), Path("/music/no track")])
        assert store.files.gone() == store.problems.all() == []
        assert names(store.tracks.all(me)) == ["gone", "here"]
        # Whoever kept the columns reads again what changed since.
        assert gone in store.columns.read(since=stamp.analysed_at).ids
        assert store.columns.stamp() != stamp

    def test_a_mark_takes_the_place_of_another_problem_and_forgetting_takes_it_too(self, store, me):
        add(store, "/music/gone")
        store.problems.record(Path("/music/gone"), say("why", "cut off"), STAMP)
        assert store.files.gone() == []
        for _ in range(2):
            store.files.mark_gone([Path("/music/gone")])
        assert len(store.problems.all()) == 1
        assert store.tracks.forget(store.files.gone()) == 1
        assert store.problems.all() == store.files.known() == []

    def test_nothing_to_move_or_mark_changes_nothing(self, store):
        add(store, "/music/here")
        stamp = store.columns.stamp()
        store.files.move({})
        store.files.mark_gone([])
        store.files.mark_back([])
        assert store.columns.stamp() == stamp


class TestFind:
    @pytest.fixture
    def library(self, store):
        return {
            title: add(store, f"/music/{n:02} file.ogg", title, artist)
            for n, (title, artist) in enumerate(
                [
                    ("Hyperballad", "Björk"),
                    ("Hello", "Adele"),
                    ("Hello Goodbye", "The Beatles"),
                    ("100% Pure", "Crystal"),
                    ("100 Years", "Five"),
                    ("", "Nobody"),
                ]
            )
        }

    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("hyperBALLAD", "Hyperballad"),
            ("bjork hyper", "Hyperballad"),
            ("goodbye beatles", "Hello Goodbye"),
            ("hello", "Hello"),
            ("100%", "100% Pure"),
            ("05 file", ""),
            ("/music/03 file.ogg", "100% Pure"),
            ("/music/../music/03 file.ogg", "100% Pure"),
        ],
    )
    def test_finds_a_track_by_path_or_by_words(self, store, me, library, text, title):
        assert store.tracks.find(text, me).id == library[title]

    def test_finds_a_track_by_its_number(self, store, me, library):
        number = library["Hello Goodbye"]
        assert store.tracks.find(f"#{number}", me).id == store.tracks.find(f"{number}", me).id == number

    def test_words_that_fit_several_tracks_list_them(self, store, me, library):
        with pytest.raises(StoreError) as error:
            store.tracks.find("hell", me)
        assert f"#{library['Hello']} Adele - Hello; #{library['Hello Goodbye']} The Beatles" in str(
            error.value
        )

    def test_a_long_list_of_candidates_is_cut(self, store, me):
        for n in range(13):
            add(store, f"/music/{n}", "Same\nTitle")
        with pytest.raises(StoreError, match=r"^13 tracks match .* Same Title; and 3 more$"):
            store.tracks.find("same", me)

    @pytest.mark.parametrize(
        "text", ["", "  ", "nothing like it", "/music/none", "99999", "9" * 40, "a\0b", "_"]
    )
    def test_what_fits_no_track_is_not_found(self, store, me, library, text):
        with pytest.raises(NotFoundError):
            store.tracks.find(text, me)


class TestProblems:
    def test_a_problem_is_kept_until_the_file_succeeds(self, store):
        store.problems.record(Path("/music/song.flac"), say("why", "no audio in it"), STAMP)
        (problem,) = store.problems.all()
        assert (problem.path, problem.reason, problem.stamp) == (
            Path("/music/song.flac"),
            "no audio in it",
            STAMP,
        )
        assert abs(datetime.now(UTC) - problem.failed_at) < timedelta(minutes=1)
        store.tracks.save(song(), STAMP)
        assert store.problems.all() == []

    def test_why_it_failed_is_kept_with_its_code(self, store):
        fault = say("os_denied", "Permission denied")
        why = say("song_not_opened", "{file} ({bad}): {fault}", file="a\udcff\nb.mp3", bad=3, fault=fault)
        store.problems.record(Path("/music/a"), why, None)
        (problem,) = store.problems.all()
        assert problem.said == replace(why, values={"file": "a? b.mp3", "bad": 3, "fault": fault})
        assert problem.reason == str(problem.said) == "a? b.mp3 (3): Permission denied"

    def test_a_second_failure_replaces_the_first(self, store):
        store.problems.record(Path("/music/a"), say("why", "first"), STAMP)
        store.problems.record(Path("/music/a"), say("why", "second"), None)
        assert [(problem.reason, problem.stamp) for problem in store.problems.all()] == [("second", None)]

    def test_a_track_that_broke_is_not_offered_until_it_is_whole_again(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        store.labels.label(me, track_id, Mood.SAD)
        store.problems.record(song().path, say("why", "cut off"), STAMP)
        assert store.tracks.all(me) == []
        store.tracks.save(song(), STAMP)
        assert [track.labelled for track in store.tracks.all(me)] == [True]

    def test_the_library_knows_good_and_bad_files(self, store):
        add(store, "/music/good")
        add(store, "/music/broke")
        for name in ("broke", "bad"):
            store.problems.record(Path("/music") / name, say("why", "why"), None)
        assert sorted(path.name for path in store.tracks.paths()) == ["bad", "broke", "good"]


class TestListeners:
    def test_there_is_a_default_listener_and_it_stays(self, url):
        with open_store(url) as first:
            me = first.listeners.default()
        with open_store(url) as second:
            assert second.listeners.default() == me
            assert second.listeners.all() == [me]

    def test_a_listener_is_found_by_name(self, store, me):
        added = store.listeners.add("Ålva 🎧")
        assert store.listeners.named("Ålva 🎧") == added
        assert store.listeners.all() == [me, added]

    def test_an_unknown_listener_is_named_with_those_there_are(self, store, me):
        with pytest.raises(NotFoundError, match=f"'you'.*{me.name}"):
            store.listeners.named("you")

    @pytest.mark.parametrize("name", ["me", "", "  "])
    def test_a_name_that_is_taken_or_empty_is_refused(self, store, name):
        with pytest.raises(StoreError, match="name"):
            store.listeners.add(name)

    def test_forgetting_a_listener_leaves_the_others_alone(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        other = store.listeners.add("other")
        for listener in (me, other):
            store.ratings.rate(listener, track_id, Rating.BAN)
            store.labels.label(listener, track_id, Mood.SAD)
            reading_id = store.readings.record(listener, Reading(None, False, "no face", 0), NOON)
            store.listens.record(listener, Listen(track_id, NOON, 1.0, PolicyName.MATCH, reading_id))
            store.playlists.create(listener, "mine", [track_id])
        store.listeners.forget(other)
        assert store.listeners.all() == [me]
        assert store.ratings.of(other) == store.labels.of(other) == {}
        assert (
            store.listens.recent(other, 9)
            == store.readings.recent(other, 9)
            == store.playlists.all(other)
            == []
        )
        assert len(store.ratings.of(me)) == len(store.labels.of(me)) == len(store.playlists.all(me)) == 1
        assert len(store.listens.recent(me, 9)) == len(store.readings.recent(me, 9)) == 1
        assert len(store.tracks.all(me)) == 1

    def test_someone_new_is_the_default_when_everyone_is_forgotten(self, store, me):
        store.listeners.forget(me)
        assert store.listeners.all() == []
        assert store.listeners.default() in store.listeners.all()

    def test_a_listener_who_is_not_there_cannot_be_forgotten(self, store, me):
        store.listeners.forget(me)
        with pytest.raises(NotFoundError):
            store.listeners.forget(me)


class TestRatingsAndLabels:
    def test_the_last_rating_counts_until_it_is_taken_back(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        store.ratings.rate(me, track_id, Rating.LIKE)
        store.ratings.rate(me, track_id, Rating.BAN)
        assert store.ratings.of(me) == {track_id: Rating.BAN}
        store.ratings.unrate(me, track_id)
        store.ratings.unrate(me, track_id)
        assert store.ratings.of(me) == {}

    def test_a_listeners_label_wins_for_them_alone(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        other = store.listeners.add("other")
        store.labels.label(me, track_id, Mood.TENSE)
        mine, theirs = store.tracks.get(track_id, me), store.tracks.get(track_id, other)
        assert (mine.mood.top, mine.mood.confidence, mine.mood.certain, mine.labelled) == (
            Mood.TENSE,
            1.0,
            True,
            True,
        )
        assert (theirs.mood, theirs.labelled) == (song().mood.moods, False)

    def test_taking_a_label_back_restores_exactly(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        before = store.tracks.all(me)
        store.labels.label(me, track_id, Mood.TENSE)
        store.labels.label(me, track_id, Mood.HAPPY)
        assert store.labels.of(me) == {track_id: Mood.HAPPY}
        store.labels.unlabel(me, track_id)
        assert store.tracks.all(me) == before

    @pytest.mark.parametrize("kind", ["rate", "label", "listen", "playlist"])
    def test_a_track_that_is_not_there_is_not_found(self, store, me, kind):
        act = {
            "rate": lambda: store.ratings.rate(me, 7, Rating.LIKE),
            "label": lambda: store.labels.label(me, 7, Mood.SAD),
            "listen": lambda: store.listens.record(me, Listen(7, NOON, 1.0)),
            "playlist": lambda: store.playlists.create(me, "mine", [7]),
        }[kind]
        with pytest.raises(NotFoundError):
            act()
        assert store.playlists.all(me) == []


class TestListensAndReadings:
    def test_listens_come_back_newest_first(self, store, me):
        tracks = [add(store, f"/music/{n}") for n in range(3)]
        for minute, track_id in zip((1, 3, 2), tracks, strict=True):
            store.listens.record(me, Listen(track_id, NOON + timedelta(minutes=minute), 1.0))
        assert [listen.track_id for listen in store.listens.recent(me, 2)] == [tracks[1], tracks[2]]

    def test_a_listen_keeps_all_it_says_and_the_hour_of_the_day(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        reading_id = store.readings.record(me, Reading(None, False, "no face", 0), NOON)
        listen = Listen(track_id, NOON.replace(microsecond=123_456), 12.5, PolicyName.MATCH, reading_id)
        store.listens.record(me, listen)
        (found,) = store.listens.recent(me, 9)
        assert found == listen
        assert found.started_at.hour == 12

    def test_a_moment_without_a_time_zone_is_refused(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        with pytest.raises((StoreError, ValueError), match="time zone"):
            store.listens.record(me, Listen(track_id, datetime(2026, 3, 1), 1.0))  # noqa: DTZ001

    def test_readings_come_back_as_they_were_made(self, store, me):
        emotion = Estimate(
            {label: 0.4 if label is Emotion.SAD else 0.1 for label in Emotion}, False, "dim light"
        )
        readings = [
            Reading(None, certain=False, reason="no face", frames=0),
            Reading(emotion, certain=False, reason="can't tell", frames=4),
            Reading(replace(emotion, certain=True, reason=None), certain=True, reason=None, frames=9),
        ]
        for minute, reading in enumerate(readings):
            store.readings.record(me, reading, NOON + timedelta(minutes=minute))
        found = store.readings.recent(me, 9)
        assert [reading for _, reading in found] == readings[::-1]
        assert [read_at for read_at, _ in found] == [NOON + timedelta(minutes=m) for m in (2, 1, 0)]
        assert [reading for _, reading in store.readings.recent(me, 1)] == readings[2:]

    def test_a_reading_keeps_its_reason_code_and_the_emotion_that_it_held(self, store, me):
        dim = Estimate(dict.fromkeys(Emotion, 1 / 7), False, "too dark", Reason.TOO_DARK)
        reading = Reading(dim, False, "too dark", 5, Reason.TOO_DARK, Emotion.SAD)
        store.readings.record(me, reading, NOON)
        assert [found for _, found in store.readings.recent(me, 1)] == [reading]


def learnt(frames=40, **offsets):
    return Calibration({e: offsets.get(e.value, 0.0) for e in Emotion}, frames, "faces-1")


class TestCalibrations:
    def test_there_is_none_at_first(self, store, me):
        assert store.calibrations.of(me) is None

    def test_a_calibration_comes_back_as_it_was_kept_and_the_last_one_counts(self, store, me):
        store.calibrations.keep(me, learnt(sad=-0.5, neutral=0.75))
        store.calibrations.keep(me, learnt(frames=90, sad=-1.25))
        assert store.calibrations.of(me) == learnt(frames=90, sad=-1.25)

    def test_each_listener_has_their_own(self, store, me):
        other = store.listeners.add("other")
        store.calibrations.keep(other, learnt(sad=-0.5))
        assert store.calibrations.of(me) is None
        store.listeners.forget(other)
        assert store.calibrations.of(other) is None

    def test_it_can_be_forgotten_once(self, store, me):
        store.calibrations.keep(me, learnt(sad=-0.5))
        assert [store.calibrations.forget(me), store.calibrations.forget(me)] == [True, False]
        assert store.calibrations.of(me) is None

    def test_nobodys_is_not_kept(self, store, me):
        store.listeners.forget(me)
        with pytest.raises(NotFoundError):
            store.calibrations.keep(me, learnt())


class TestWishes:
    def test_the_last_wish_counts_until_it_is_taken_back(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        store.wishes.say(me, track_id, Wish.MORE, NOON)
        store.wishes.say(me, track_id, Wish.LESS, NOON + timedelta(hours=1))
        assert store.wishes.of(me) == {track_id: (Wish.LESS, NOON + timedelta(hours=1))}
        for _ in range(2):
            store.wishes.take_back(me, track_id)
            assert store.wishes.of(me) == {}

    def test_each_listener_has_their_own(self, store, me):
        first, second = (store.tracks.save(song(f"/music/{n}.flac"), STAMP) for n in range(2))
        other = store.listeners.add("other")
        store.wishes.say(me, first, Wish.MORE, NOON)
        store.wishes.say(other, first, Wish.LESS, NOON)
        store.wishes.say(other, second, Wish.MORE, NOON)
        store.wishes.take_back(other, first)
        assert (store.wishes.of(me), store.wishes.of(other)) == (
            {first: (Wish.MORE, NOON)},
            {second: (Wish.MORE, NOON)},
        )

    def test_a_wish_goes_with_its_track(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        store.wishes.say(me, track_id, Wish.MORE, NOON)
        store.tracks.forget([Path("/music/song.flac")])
        assert store.wishes.of(me) == {}

    def test_of_a_track_or_a_listener_that_is_not_there_it_is_not_kept(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        with pytest.raises(NotFoundError):
            store.wishes.say(me, track_id + 1, Wish.MORE, NOON)
        store.listeners.forget(gone := store.listeners.add("gone"))
        with pytest.raises(NotFoundError):
            store.wishes.say(gone, track_id, Wish.MORE, NOON)


class TestFeelings:
    SAD = SavedFeeling({"mood": "sad"}, NOON, {"said": None, "taught": {"neutral": 0.25}})
    CALM = SavedFeeling({"plane": [0.5, -0.75]}, NOON + timedelta(hours=1), {})

    def test_there_is_none_at_first_and_the_last_one_counts(self, store, me):
        assert store.feelings.of(me) is None
        store.feelings.keep(me, self.SAD)
        assert store.feelings.of(me) == self.SAD
        store.feelings.keep(me, self.CALM)
        assert store.feelings.of(me) == self.CALM

    def test_each_listener_has_their_own_and_it_can_be_forgotten_once(self, store, me):
        other = store.listeners.add("other")
        store.feelings.keep(me, self.SAD)
        store.feelings.keep(other, self.CALM)
        assert [store.feelings.forget(me) for _ in range(2)] == [True, False]
        assert (store.feelings.of(me), store.feelings.of(other)) == (None, self.CALM)

    def test_it_goes_with_its_listener_and_nobodys_is_kept(self, store, me):
        gone = store.listeners.add("gone")
        store.feelings.keep(gone, self.SAD)
        store.listeners.forget(gone)
        assert store.feelings.of(gone) is None
        with pytest.raises(NotFoundError):
            store.feelings.keep(gone, self.SAD)


class TestHistory:
    def test_a_skip_is_kept(self, store, me):
        track_id = store.tracks.save(song(), STAMP)
        listen = Listen(track_id, NOON, 3.0, skipped=True)
        store.listens.record(me, listen)
        assert store.listens.recent(me, 1) == [listen]

    def test_the_history_is_read_on_from_where_one_was(self, store, me):
        other, track_id = store.listeners.add("other"), store.tracks.save(song(), STAMP)
        assert store.listens.count(me) == (0, 0)
        for played_s, who in ((1.0, me), (2.0, other), (3.0, me)):
            store.listens.record(who, Listen(track_id, NOON, played_s, skipped=played_s > 2))
        first, last = store.listens.history(me)
        assert first[1:] == (track_id, NOON.timestamp(), 7200, 1.0, False)
        assert last[1:] == (track_id, NOON.timestamp(), 7200, 3.0, True)
        assert store.listens.history(me, after=first[0]) == [last]
        assert store.listens.count(me) == (2, last[0])

    def test_playbacks_of_a_track_are_erased_for_one_listener(self, store, me):
        other, kept, gone = store.listeners.add("other"), add(store, "/music/a"), add(store, "/music/b")
        for who in (me, other):
            for track_id in (kept, gone, gone):
                store.listens.record(who, Listen(track_id, NOON, 1.0))
        assert store.listens.erase(me, [gone]) == 2
        assert store.listens.erase(me, []) == 0
        assert [listen.track_id for listen in store.listens.recent(me, 9)] == [kept]
        assert store.listens.count(other)[0] == 3

    def test_playbacks_are_erased_by_a_stretch_of_time_for_one_listener(self, store, me):
        other, track_id = store.listeners.add("other"), add(store, "/music/a")
        for who in (me, other):
            for hours in range(4):
                store.listens.record(who, Listen(track_id, NOON + timedelta(hours=hours), 1.0))
        stretch = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))
        assert store.listens.erase_between(me, *stretch) == 2
        left = [listen.started_at for listen in store.listens.recent(me, 9)]
        assert left == [NOON + timedelta(hours=3), NOON]
        assert store.listens.erase_between(me, None, None) == 2
        assert store.listens.count(other)[0] == 4

    def test_not_now_holds_until_its_moment_or_until_it_is_taken_back(self, store, me):
        one, two = add(store, "/music/a"), add(store, "/music/b")
        store.snoozes.snooze(me, one, NOON + timedelta(hours=9))
        store.snoozes.snooze(me, one, NOON + timedelta(hours=2))
        store.snoozes.snooze(me, two, NOON + timedelta(hours=3))
        assert store.snoozes.of(me, NOON) == {
            one: NOON + timedelta(hours=2),
            two: NOON + timedelta(hours=3),
        }
        assert set(store.snoozes.of(me, NOON + timedelta(hours=2))) == {two}
        store.snoozes.wake(me, two)
        store.snoozes.wake(me, two)
        assert set(store.snoozes.of(me, NOON)) == {one}
        assert store.snoozes.of(store.listeners.add("other"), NOON) == {}

    def test_choices_are_kept_replaced_and_removed(self, store, me):
        assert store.preferences.of(me) == {}
        store.preferences.keep(me, {"policy": "lift", "weights": {"mood": 2.5}})
        assert store.preferences.of(me) == {"policy": "lift", "weights": {"mood": 2.5}}
        store.preferences.keep(me, {"exploration": 0.5})
        assert store.preferences.of(me) == {"exploration": 0.5}
        store.preferences.keep(me, {})
        assert store.preferences.of(me) == {}


class TestColumns:
    def test_say_what_the_tracks_say(self, store, me):
        analysis = song()
        track_id = store.tracks.save(analysis, STAMP)
        bare_id = store.tracks.save(song("/music/bare", tags=Tags(), tempo_bpm=None, key=None), STAMP)
        columns = store.columns.read()
        assert columns.ids.tolist() == store.columns.ids().tolist() == [track_id, bare_id]
        assert columns.moods[0] == pytest.approx([analysis.mood.moods.probabilities[mood] for mood in Mood])
        assert columns.plane[0] == pytest.approx([0.3, -0.4])
        assert columns.certain.tolist() == [False, False]
        assert columns.durations_s[0] == 181.25
        assert (columns.tempos_bpm[0], np.isnan(columns.tempos_bpm[1])) == (97.5, True)
        assert columns.keys == ["F# minor", None]
        assert (columns.artists, columns.albums) == (["Artist", ""], ["Album", ""])
        assert [vector.tolist() for vector in columns.embeddings] == [[0.25, 0.75]] * 2

    def test_of_an_empty_library_are_empty(self, store):
        columns = store.columns.read()
        assert (len(columns.ids), columns.moods.shape, columns.plane.shape) == (0, (0, 7), (0, 2))

    def test_leave_out_what_broke_and_the_stamp_tells(self, store):
        stamps = [store.columns.stamp()]
        track_id = store.tracks.save(song(), STAMP)
        stamps.append(store.columns.stamp())
        store.problems.record(song().path, say("why", "cut off"), STAMP)
        stamps.append(store.columns.stamp())
        assert len(store.columns.read().ids) == len(store.columns.ids()) == 0
        assert store.tracks.save(song(), STAMP) == track_id
        stamps.append(store.columns.stamp())
        store.tracks.forget([song().path])
        stamps.append(store.columns.stamp())
        assert all(a != b for a, b in pairwise(stamps))
        assert store.columns.stamp() == stamps[-1] == stamps[0]

    def test_can_be_read_for_what_was_analysed_since(self, store):
        add(store, "/music/old")
        stamp = store.columns.stamp()
        new = add(store, "/music/new")
        assert new in store.columns.read(since=store.columns.stamp().analysed_at).ids
        assert len(store.columns.read(since=stamp.analysed_at + timedelta(days=1)).ids) == 0

    def test_many_tracks_come_in_the_order_asked_for(self, store, me):
        one, two = add(store, "/music/a"), add(store, "/music/b")
        assert [track.id for track in store.tracks.many([two, 99, one], me)] == [two, one]
        assert store.tracks.many([], me) == []


class TestPlaylists:
    @pytest.fixture
    def tracks(self, store):
        return [add(store, f"/music/{n}") for n in range(4)]

    def test_a_playlist_keeps_its_order_and_its_repeats(self, store, me, tracks):
        a, b, c, _ = tracks
        made = store.playlists.create(me, "Evening", [c, a, c, b])
        assert made.track_ids == (c, a, c, b)
        assert store.playlists.named(me, "Evening") == made

    def test_playlists_are_listed_by_name_also_when_empty(self, store, me, tracks):
        second = store.playlists.create(me, "b", tracks)
        first = store.playlists.create(me, "a")
        assert store.playlists.all(me) == [first, second]

    @pytest.mark.parametrize(
        ("change", "order"),
        [
            (lambda lists, mine, t: lists.add(mine, [t[3], t[0]]), [0, 1, 2, 3, 0]),
            (lambda lists, mine, t: lists.remove(mine, 1), [0, 2]),
            (lambda lists, mine, t: lists.move(mine, 0, 2), [1, 2, 0]),
            (lambda lists, mine, t: lists.move(mine, 2, 0), [2, 0, 1]),
            (lambda lists, mine, t: lists.move(mine, 1, 1), [0, 1, 2]),
            (lambda lists, mine, t: lists.replace(mine, [t[3]]), [3]),
            (lambda lists, mine, t: lists.replace(mine, []), []),
        ],
    )
    def test_tracks_are_added_removed_and_moved(self, store, me, tracks, change, order):
        mine = store.playlists.create(me, "mine", tracks[:3])
        changed = change(store.playlists, mine, tracks)
        assert changed.track_ids == tuple(tracks[n] for n in order)
        assert store.playlists.named(me, "mine") == changed

    @pytest.mark.parametrize("position", [-1, 3])
    def test_a_position_that_is_not_there_changes_nothing(self, store, me, tracks, position):
        mine = store.playlists.create(me, "mine", tracks[:3])
        for change in (
            lambda: store.playlists.remove(mine, position),
            lambda: store.playlists.move(mine, position, 0),
            lambda: store.playlists.move(mine, 0, position),
        ):
            with pytest.raises(NotFoundError, match="it has 3 tracks"):
                change()
        assert store.playlists.named(me, "mine") == mine

    def test_a_failed_change_changes_nothing(self, store, me, tracks):
        mine = store.playlists.create(me, "mine", tracks)
        with pytest.raises(NotFoundError):
            store.playlists.replace(mine, [tracks[0], 999])
        assert store.playlists.named(me, "mine") == mine

    def test_a_playlist_is_renamed_and_deleted(self, store, me, tracks):
        mine = store.playlists.create(me, "mine", tracks)
        renamed = store.playlists.rename(mine, "ours")
        assert store.playlists.all(me) == [renamed]
        assert (renamed.name, renamed.track_ids) == ("ours", mine.track_ids)
        assert store.playlists.rename(renamed, "ours") == renamed
        store.playlists.delete(mine)
        assert store.playlists.all(me) == []
        assert len(store.tracks.all(me)) == 4

    def test_names_are_a_listeners_own(self, store, me):
        other = store.listeners.add("other")
        store.playlists.create(me, "mine")
        store.playlists.create(other, "mine")
        second = store.playlists.create(me, "second")
        for act in (
            lambda: store.playlists.create(me, "mine"),
            lambda: store.playlists.rename(second, "mine"),
        ):
            with pytest.raises(StoreError, match="already"):
                act()
        for act in (lambda: store.playlists.create(me, " "), lambda: store.playlists.rename(second, "")):
            with pytest.raises(StoreError, match="needs a name"):
                act()

    def test_a_playlist_that_is_gone_is_not_found(self, store, me):
        mine = store.playlists.create(me, "mine")
        store.playlists.delete(mine)
        for act in (
            lambda: store.playlists.named(me, "mine"),
            lambda: store.playlists.delete(mine),
            lambda: store.playlists.rename(mine, "x"),
            lambda: store.playlists.add(mine, []),
        ):
            with pytest.raises(NotFoundError):
                act()


def test_threads_may_write_at_the_same_time(store, me):
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda n: add(store, f"/music/{n}"), range(40)))
        added = list(pool.map(lambda n: store.listeners.add(f"{n}"), range(40)))
    assert sorted(saved) == [track.id for track in store.tracks.all(me)]
    assert sorted(listener.id for listener in [me, *added]) == [
        listener.id for listener in store.listeners.all()
    ]
