"""What listeners learn from each other is kept up to date beside everything else."""

import logging
import os
import sys
import time

import pytest

from mien.config import load_settings
from mien.core import Mien
from mien.domain import Listen
from mien.errors import StoreBusyError
from mien.recommend.learned import load
from mien.usecases.collaborative import FILE_NAME
from mien.usecases.refreshing import Refreshing, environment_of, refresh_command

A_WHILE_S = 60.0


def soon(condition):
    end = time.monotonic() + A_WHILE_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def command(runs):
    return [sys.executable, "-c", f"open({str(runs)!r}, 'a').write('x')"]


def count(runs):
    return len(runs.read_text()) if runs.exists() else 0


def test_it_learns_at_once_and_again_when_somebody_joins_or_leaves(command, runs):
    members = {1}
    with Refreshing(command, os.environ, lambda: frozenset(members), look_every_s=0.02):
        assert soon(lambda: count(runs) == 1)
        members.add(2)
        assert soon(lambda: count(runs) == 2)
        members.remove(1)
        assert soon(lambda: count(runs) == 3)
        time.sleep(0.3)
        assert count(runs) == 3  # nothing changed, and the hour is not over


def test_it_learns_again_after_a_while(command, runs):
    with Refreshing(command, os.environ, lambda: 0, every_s=0.05, look_every_s=0.02):
        assert soon(lambda: count(runs) >= 3)


def test_its_process_ends_with_it(tmp_path):
    mark = tmp_path / "pid"
    program = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with Refreshing([sys.executable, "-c", program], os.environ, lambda: 0, look_every_s=0.02):
        assert soon(lambda: mark.exists() and mark.read_text())
        began = time.monotonic()
    assert time.monotonic() - began < A_WHILE_S
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_a_failure_is_told_and_does_not_end_it(runs, caplog):
    program = f"import sys; open({str(runs)!r}, 'a').write('x'); sys.exit('the disk is full')"
    with (
        caplog.at_level(logging.WARNING),
        Refreshing([sys.executable, "-c", program], os.environ, lambda: 0, every_s=0.01, look_every_s=0.01),
    ):
        assert soon(lambda: count(runs) >= 2)
    assert "the disk is full" in caplog.text


def test_a_program_that_is_not_there_is_told(caplog):
    with (
        caplog.at_level(logging.ERROR),
        Refreshing(["/no/such/program"], os.environ, lambda: 0, look_every_s=0.01),
    ):
        assert soon(lambda: "could not be started" in caplog.text)


def test_a_database_that_is_busy_is_looked_at_again(command, runs, caplog):
    answers = iter([StoreBusyError("busy")] * 3)

    def stamp():
        for error in answers:
            raise error
        return 1

    with Refreshing(command, os.environ, stamp, look_every_s=0.02):
        assert soon(lambda: count(runs) == 2)  # at once; and when it is seen who takes part
    assert "cannot see who takes part" in caplog.text


def test_the_real_program_learns_and_forgets_who_is_erased(store, add_song, noon, tmp_path):
    songs = [add_song(f"/music/{n}.flac") for n in range(4)]
    people = [store.listeners.add(f"listener {n}") for n in range(3)]
    for one in people:
        for track_id in songs:
            store.listens.record(one, Listen(track_id, noon, 200.0))
        store.collaborators.agree(one)
    settings = load_settings(
        {"home": tmp_path, "database_url": f"sqlite:///{tmp_path / 'library.db'}"}, environment={}
    )
    with (
        Mien(settings) as mien,
        Refreshing(
            refresh_command(),
            environment_of(settings),
            mien.store.collaborators.members,
            look_every_s=0.1,
        ),
    ):
        assert soon((tmp_path / FILE_NAME).exists)
        assert load(tmp_path / FILE_NAME).linked.tracks.tolist() == songs
        store.listeners.forget(people[0])
        assert soon(lambda: not (tmp_path / FILE_NAME).exists())
