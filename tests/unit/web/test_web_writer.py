"""Readings that arrive together are written together, and none is lost."""

import threading
from datetime import UTC, datetime

import pytest

from mien.domain import Emotion, Estimate, Listener, Reading
from mien.errors import NotFoundError, StoreBusyError, StoreError
from mien.web.writer import ReadingWriter

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEEN = Reading(Estimate({e: 1.0 if e is Emotion.SAD else 0.0 for e in Emotion}), True, None, 3)
UNSEEN = Reading(None, False, "no face", 0)
GONE = Listener(99, "gone")


class Slow:
    """Readings that are written one transaction after another, each only when it may."""

    def __init__(self, readings):
        self._readings = readings
        self.go = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.sizes = []

    def record_all(self, read):
        self.begun.release()
        assert self.go.acquire(timeout=10)
        self.sizes.append(len(read))
        return self._readings.record_all(read)


@pytest.fixture
def slow(mien):
    return Slow(mien.store.readings)


@pytest.fixture
def writer(slow):
    made = ReadingWriter(slow)
    yield made
    slow.go.release(100)
    made.close()


def test_what_came_while_one_was_written_is_written_in_one_go(mien, slow, writer):
    me = mien.store.listeners.default()
    first = writer.record(me, SEEN, NOW)
    assert slow.begun.acquire(timeout=10)
    others = [writer.record(me, UNSEEN if n % 2 else SEEN, NOW) for n in range(7)]
    slow.go.release(2)
    numbers = [one.result(10) for one in (first, *others)]
    assert slow.sizes == [1, 7]
    kept = {number: reading for number, _, reading in mien.store.readings.between(me, None, None, 99)}
    assert [kept[number].emotion is None for number in numbers] == [False] + [False, True] * 3 + [False]


def test_one_who_was_forgotten_takes_nobody_elses_reading_along(mien, slow, writer):
    me = mien.store.listeners.default()
    writer.record(me, SEEN, NOW)
    assert slow.begun.acquire(timeout=10)
    mine, theirs, mine_too = [writer.record(who, SEEN, NOW) for who in (me, GONE, me)]
    slow.go.release(9)
    assert mine.result(10) != mine_too.result(10)
    with pytest.raises(NotFoundError):
        theirs.result(10)
    assert len(mien.store.readings.between(me, None, None, 99)) == 3


def test_a_database_that_is_busy_is_told_to_each(mien):
    class Busy:
        def record_all(self, read):
            raise StoreBusyError("busy")

    writer = ReadingWriter(Busy())
    with pytest.raises(StoreBusyError):
        writer.record(mien.store.listeners.default(), SEEN, NOW).result(10)
    writer.close()


def test_ending_writes_what_waits_and_takes_nothing_more(mien, slow, writer):
    me = mien.store.listeners.default()
    waiting = [writer.record(me, SEEN, NOW) for _ in range(5)]
    slow.go.release(9)
    writer.close()
    assert len({one.result(0) for one in waiting}) == 5
    with pytest.raises(StoreError, match="ending"):
        writer.record(me, SEEN, NOW).result(0)


def test_a_writer_that_was_never_used_ends_too(slow):
    ReadingWriter(slow).close()
