"""A library that is copied while it is in use, and put back."""

import sqlite3
from contextlib import closing
from shutil import copytree

import pytest
from program import Program
from test_songs import write_tune


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    (folder / "music").mkdir()
    for number, hz in enumerate((110, 440)):
        write_tune(folder / "music" / f"tune {number}.mp3", hz, seconds=4)
    mien = Program(folder / "home")
    mien("scan", folder / "music")
    mien("label", "tune 1", "sad")
    return folder / "home"


@pytest.fixture
def library(scanned, tmp_path):
    return Program(copytree(scanned, tmp_path / "home"))


def labels(mien):
    with closing(sqlite3.connect(mien.home / "mien.db")) as connection:
        return connection.execute("SELECT count(*) FROM labels").fetchone()[0]


def test_what_was_said_since_a_copy_is_undone_by_putting_it_back_and_that_can_be_undone_too(
    library, tmp_path
):
    copy = tmp_path / "copies" / "library.db"
    assert library("backup", copy).code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    library("label", "tune 0", "calm")
    assert labels(library) == 2
    done = library("restore", copy, "--yes")
    assert (done.code, labels(library)) == (0, 1)
    (kept,) = library.home.glob("mien before *.db")
    assert str(kept) in done.out
    assert library("restore", kept, "--yes").code == 0
    assert labels(library) == 2
    assert library("doctor", "--json").code == 0
    assert list(library.home.glob(".*part*")) == list(copy.parent.glob(".*")) == []


def test_a_copy_holds_what_is_in_the_log_of_a_library_that_is_in_use(library, tmp_path):
    with closing(sqlite3.connect(library.home / "mien.db")) as user:
        assert user.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        user.execute("DELETE FROM labels")
        user.commit()
        assert library("backup", tmp_path / "copy.db").code == 0
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT count(*) FROM labels").fetchone() == (0,)
        refused = library("restore", tmp_path / "copy.db", "--yes")
        assert (refused.code, "stop mien serve" in refused.err) == (1, True)
    assert library("restore", tmp_path / "copy.db", "--yes").code == 0


def test_no_file_is_replaced_unless_it_is_asked_for_and_none_without_a_word(library, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_text("something dear")
    refused = library("backup", copy)
    assert (refused.code, copy.read_text()) == (1, "something dear")
    assert "--force" in refused.err
    assert library("backup", copy, "--force").code == 0
    assert "give --yes" in library("restore", copy).err
    assert "is the library itself" in library("backup", library.home / "mien.db", "--force").err


@pytest.mark.parametrize("fault", ["missing", "text", "another's", "newer", "damaged", "empty"])
def test_what_is_no_sound_copy_is_refused_and_nothing_changes(library, tmp_path, fault):
    copy = tmp_path / "copy.db"
    library("backup", copy)
    if fault == "missing":
        copy.unlink()
    elif fault == "text":
        copy.write_text("no library")
    elif fault == "empty":
        copy.write_bytes(b"")
    elif fault == "damaged":
        content = bytearray(copy.read_bytes())
        content[4096:-4096] = bytes(len(content) - 8192)
        copy.write_bytes(content)
    else:
        with closing(sqlite3.connect(copy)) as connection:
            if fault == "newer":
                connection.execute("UPDATE mien_version SET version_num = '9999'")
            else:
                connection.execute("DROP TABLE mien_version")
            connection.commit()
    before = (library.home / "mien.db").read_bytes()
    refused = library("restore", copy, "--yes")
    assert refused.code == 1
    assert refused.err.startswith("mien: ")
    assert len(refused.err.splitlines()) == 1
    assert str(copy) in refused.err
    assert (library.home / "mien.db").read_bytes() == before
    assert list(library.home.glob("* before *")) == []
