import sqlite3

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from mien.domain import Emotion, Mood, MoodSegment, Quadrant
from mien.errors import StoreError
from mien.store import open_store
from mien.store.schema import REVISION, metadata


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.db"


@pytest.fixture
def migrated(file):
    open_store(f"sqlite:///{file}").close()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def revisions():
    settings = Config()
    settings.set_main_option("script_location", "mien.store:migrations")
    return ScriptDirectory.from_config(settings)


def at_revision(file, revision):
    """A database as an older Mien left it."""
    settings = Config()
    settings.set_main_option("script_location", "mien.store:migrations")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    engine.dispose()


def test_the_migrations_make_the_schema(migrated):
    options = {"version_table": "mien_version", "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(migrated, opts=options)
    assert compare_metadata(context, metadata) == []


def test_the_migrations_give_constraints_the_schemas_names(migrated):
    found = inspect(migrated)
    for table in metadata.sorted_tables:
        keys = {key.name: key.ondelete for key in table.foreign_key_constraints}
        made = {key["name"]: key["options"].get("ondelete") for key in found.get_foreign_keys(table.name)}
        assert (table.name, made) == (table.name, keys)
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name


def test_there_is_one_newest_migration_and_the_schema_names_it():
    assert revisions().get_heads() == [REVISION]


def test_a_migrated_database_holds_the_newest_revision(migrated):
    assert migrated.exec_driver_sql("SELECT version_num FROM mien_version").scalars().all() == [REVISION]


def test_opening_again_keeps_what_is_there(file):
    with open_store(f"sqlite:///{file}") as store:
        store.listeners.add("someone")
    with open_store(f"sqlite:///{file}") as store:
        assert store.listeners.named("someone")


def test_a_library_from_before_songs_were_measured_is_kept_and_its_songs_are_due_again(file):
    at_revision(file, "0004")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO tracks (id, path, words, size_bytes, mtime_ns, title, artist, album, genre,"
            " musicbrainz_recording_id, duration_s, tempo_bpm, key, cpu_s, added_at, analysed_at)"
            " VALUES (7, ?, 'a', 1, 1, 'Old', '', '', '', '', 180, 120, 'C major', 0.5,"
            " '2026-01-01', '2026-01-01')",
            (b"/music/a",),
        )
        moods = ", ".join(f"p_{mood}" for mood in (*Mood, *Quadrant))
        shares = ", ".join(["1", *["0"] * 6, "1", "0", "0", "0"])
        connection.execute(
            f"INSERT INTO moods (track_id, artifact_version, {moods}, certain, quadrant_certain, valence,"
            f" arousal) VALUES (7, 'mood-1', {shares}, 1, 1, 0.5, 0.5)"
        )
        connection.execute("INSERT INTO features (track_id, version, vector) VALUES (7, 1, ?)", (b"",))
        connection.execute(
            "INSERT INTO mood_details (track_id, embedding, curve) VALUES (7, ?, ?)",
            (b"", '[[0.0, 10.0, "happy", 0.5, 0.1, 0.2]]'),
        )
    connection.close()
    with open_store(f"sqlite:///{file}") as store:
        (track,) = store.tracks.all(store.listeners.default())
        assert (track.id, track.title, track.mood.top) == (7, "Old", Mood.HAPPY)
        assert (track.loudness_lufs, track.preview_s) == (None, None)
        analysis = store.tracks.analysis(7)
        assert (analysis.analysis_version, analysis.tempo_candidates) == (0, ())
        assert analysis.curve == (MoodSegment(0.0, 10.0, Mood.HAPPY, 0.5, 0.1, 0.2),)
        assert store.tracks.stamps(analysis_version=1, features_version=1, artifact_version="mood-1") == {}


def test_the_database_of_a_newer_mien_is_refused_and_not_harmed(file):
    open_store(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE mien_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match=r"newer Mien \(9999\): update"):
        open_store(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version_num FROM mien_version").fetchall() == [("9999",)]
    connection.close()


def test_the_database_of_another_program_is_refused_and_not_harmed(file):
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_library_of_an_older_schema_keeps_what_listeners_did(file):
    at_revision(file, "0004")
    with sqlite3.connect(file) as connection:
        connection.executescript(
            """
            INSERT INTO listeners VALUES (1, 'me', '2026-01-01 00:00:00');
            INSERT INTO tracks VALUES (7, '/music/a', 'a', 1, 1, 'A', '', '', '', NULL, NULL, '', 200.0,
                NULL, NULL, 0.1, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
            INSERT INTO listens VALUES (1, 1, 7, '2026-03-01 10:00:00', 7200, 12.5, 'match', NULL);
            """
        )
    connection.close()
    with open_store(f"sqlite:///{file}") as store:
        me = store.listeners.default()
        (listen,) = store.listens.recent(me, 9)
        assert (listen.track_id, listen.played_s, listen.skipped) == (7, 12.5, False)
        store.preferences.keep(me, {"policy": "lift"})
        assert store.preferences.of(me) == {"policy": "lift"}


def test_readings_from_before_calibrations_are_kept(file):
    at_revision(file, "0007")
    with sqlite3.connect(file) as connection:
        shares = ", ".join(f"p_{emotion}" for emotion in Emotion)
        connection.execute("INSERT INTO listeners VALUES (1, 'me', '2026-01-01 00:00:00')")
        connection.execute(
            f"INSERT INTO readings (id, listener_id, read_at, {shares}, emotion_certain, certain, frames)"
            " VALUES (3, 1, '2026-03-01 10:00:00', 0, 0, 0, 1, 0, 0, 0, 1, 1, 9)"
        )
    connection.close()
    with open_store(f"sqlite:///{file}") as store:
        me = store.listeners.default()
        ((_, reading),) = store.readings.recent(me, 9)
        assert reading.emotion.top is Emotion.HAPPY
        assert (reading.certain, reading.frames, reading.reason_code, reading.held) == (True, 9, None, None)
        assert store.calibrations.of(me) is None


def test_files_that_failed_before_keep_their_reason_and_have_no_code(file):
    at_revision(file, "0009")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        row = "(CAST('/music/a.mp3' AS BLOB), 'a.mp3 holds no audio', 9, 9, '2026-01-02 03:04:05')"
        connection.exec_driver_sql(f"INSERT INTO problems VALUES {row}")
    engine.dispose()
    with open_store(f"sqlite:///{file}") as store:
        (problem,) = store.problems.all()
    assert (problem.path.name, problem.reason, problem.said) == ("a.mp3", "a.mp3 holds no audio", None)
