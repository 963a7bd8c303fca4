import sqlite3
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError

from mien.domain import Mood, Rating, Reading
from mien.errors import StoreBusyError, StoreError
from mien.store import database as database_module
from mien.store import open_store
from mien.store.schema import metadata


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.db"


def url(file):
    return f"sqlite:///{file}"


def bytes_on_disk(file):
    return b"".join(part.read_bytes() for part in file.parent.iterdir())


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_MS", 20)


def test_makes_the_file_and_its_folder_for_their_owner_only(tmp_path):
    file = tmp_path / "new" / "library.db"
    with open_store(url(file)):
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (file.parent, *file.parent.iterdir())}
    assert modes.pop(file.parent) == 0o700
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "malformed"),
        ("mysql://localhost/x", "not in mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///a.db?mode=ro", "names no file"),
    ],
)
def test_an_address_that_is_no_library_is_refused(address, sentence):
    with pytest.raises(StoreError, match=sentence):
        open_store(address)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="psycopg"):
        open_store("postgresql://localhost/mien")


def test_a_password_is_not_told(monkeypatch):
    with pytest.raises(StoreError) as error:
        open_store("oracle://me:hunter2@localhost/mien")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("content", [b"this is a text file, not a database" * 100, b"RIFF\0\0\0\0" * 1000])
def test_a_file_that_is_no_database_is_refused_and_not_harmed(file, content):
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"library\.db: this file is not a database"):
        open_store(url(file))
    assert file.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(url(tmp_path))


def test_a_file_in_place_of_the_folder_is_refused(file):
    file.touch()
    with pytest.raises(StoreError, match=r"cannot be made .*: set MIEN_HOME to a folder"):
        open_store(url(file / "library.db"))


@pytest.mark.parametrize(("free", "sentence"), [(100, "the disk is full"), (1 << 40, "the disk failed")])
def test_a_full_disk_is_told_from_a_failing_one(file, monkeypatch, free, sentence):
    """SQLite calls it an I/O error when the files beside the database cannot grow."""
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    monkeypatch.setattr(database_module, "disk_usage", lambda _: SimpleNamespace(free=free))
    database = database_module.Database(url(file))
    with pytest.raises(StoreError, match=sentence), database.writing():
        raise DBAPIError("a statement", None, fault)
    database.close()


def test_a_damaged_database_is_named_as_such(file):
    with open_store(url(file)) as store:
        for n in range(300):
            store.listeners.add(f"listener {n}" * 20)
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        open_store(url(file))


def test_a_full_disk_is_named_and_nothing_is_saved(file):
    with open_store(url(file)) as store:
        before = store.listeners.all()
        with store._database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full"):
            store.listeners.add("x" * 100_000)
        assert store.listeners.all() == before


def test_a_database_that_may_not_be_written_is_named(file):
    with open_store(url(file)) as store:
        with store._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="may not be written"):
            store.listeners.add("someone")


def test_a_number_too_large_for_the_database_is_an_error_of_the_store(file):
    with open_store(url(file)) as store, pytest.raises(StoreError, match="too large"):
        store.ratings.rate(store.listeners.default(), 2**70, Rating.LIKE)


def test_says_when_another_program_holds_the_database(file, impatient):
    with open_store(url(file)) as store:
        me = store.listeners.default()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="try again"):
            store.listeners.add("someone")
        assert store.listeners.all() == [me]
        other.execute("COMMIT")
        other.close()
        assert store.listeners.add("someone").name == "someone"


def test_reading_goes_on_while_another_program_writes(file, impatient):
    with open_store(url(file)) as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM listeners")
        assert len(store.listeners.all()) == 1
        other.close()


def test_a_second_store_in_this_process_does_not_break_the_locks_of_the_first(file):
    look = f"import sqlite3; sqlite3.connect({str(file)!r}).execute('SELECT * FROM listeners').fetchall()"
    with open_store(url(file)), open_store(url(file)):
        subprocess.run([sys.executable, "-c", look], check=True)
        # Whoever closes a database last removes its log: that other process would have thought so.
        assert file.with_name("library.db-wal").exists()


class TestForgetting:
    SECRET = "Xylophia Quarzwind"

    def fill(self, store, instant, save_song):
        listener, other = store.listeners.add(self.SECRET), store.listeners.add("other")
        track_id = save_song(store)
        store.ratings.rate(listener, track_id, Rating.BAN)
        store.labels.label(listener, track_id, Mood.SAD)
        for n in range(150):
            store.readings.record(listener, Reading(None, False, f"{self.SECRET} looked away", 0), instant)
            # Rows that grow between those of others leave old copies behind where pages are split.
            for owner, name in (
                (listener, f"{self.SECRET} {n * 7919 % 1000}"),
                (other, f"{n * 104729 % 1000}"),
            ):
                playlist = store.playlists.create(owner, name, [track_id])
                store.playlists.rename(playlist, name + " and more" * (n % 40))
        return listener

    def test_leaves_no_byte_on_the_disk(self, file, instant, save_song):
        with open_store(url(file)) as store:
            listener = self.fill(store, instant, save_song)
            assert self.SECRET.encode() in bytes_on_disk(file)
            store.listeners.forget(listener)
            assert self.SECRET.encode() not in bytes_on_disk(file)
        assert self.SECRET.encode() not in bytes_on_disk(file)

    def test_what_is_deleted_alone_is_overwritten(self, file, instant):
        with open_store(url(file)) as store:
            me, reading = store.listeners.default(), Reading(None, False, self.SECRET, 0)
            store.readings.delete(me, store.readings.record(me, reading, instant))
        assert self.SECRET.encode() not in bytes_on_disk(file)

    def test_leaves_no_row_that_names_the_listener(self, file, instant, save_song):
        with open_store(url(file)) as store:
            listener = self.fill(store, instant, save_song)
            store.listeners.forget(listener)
            with store._database.reading() as connection:
                owned = [table for table in metadata.sorted_tables if "listener_id" in table.c]
                rows = {
                    table.name: connection.execute(
                        table.select().where(table.c.listener_id == listener.id)
                    ).all()
                    for table in owned
                }
        assert len(rows) >= 5
        assert not any(rows.values())

    def test_says_when_a_reader_keeps_traces_alive_and_the_next_one_removes_them(
        self, file, instant, save_song, impatient
    ):
        with open_store(url(file)) as store:
            listener, next_one = self.fill(store, instant, save_song), store.listeners.add("next")
            reader = sqlite3.connect(file, isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM listeners").fetchall()
            with pytest.raises(StoreBusyError):
                store.listeners.forget(listener)
            assert listener not in store.listeners.all()
            reader.close()
            store.listeners.forget(next_one)
            assert self.SECRET.encode() not in bytes_on_disk(file)
