from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from mien.store import open_store


def at_revision(file, revision):
    engine = create_engine(f"sqlite:///{file}")
    settings = Config()
    settings.set_main_option("script_location", "mien.store:migrations")
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    return engine


def test_playlists_made_before_are_kept_saved_and_plain(tmp_path):
    file = tmp_path / "library.db"
    engine = at_revision(file, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO listeners VALUES (7, 'me', '2026-01-02 03:04:05')")
        connection.exec_driver_sql("INSERT INTO playlists VALUES (3, 7, 'old', '2026-01-02 03:04:05')")
    engine.dispose()
    with open_store(f"sqlite:///{file}") as store:
        me = store.listeners.default()
        (old,) = store.playlists.all(me)
        assert (me.id, old.id, old.name, old.track_ids) == (7, 3, "old", ())


def test_the_new_tables_are_there_and_empty(tmp_path):
    file = tmp_path / "library.db"
    at_revision(file, "0004").dispose()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        new = {"collaborators", "imports", "imported_listens", "playlist_changes"}
        assert new <= set(inspect(connection).get_table_names())
    engine.dispose()
