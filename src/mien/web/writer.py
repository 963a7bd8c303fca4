"""Readings are written many at once: pages that read faces send some every second, each a small change.

A transaction costs far more than a row in it, and only one is written at a time. So one thread writes, and
takes whatever came while it wrote the last ones.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from mien.errors import MienError, NotFoundError, StoreError
from mien.sentences import say

if TYPE_CHECKING:
    from datetime import datetime

    from mien.domain import Listener, Reading
    from mien.store.readings import Readings

_MOST_AT_ONCE = 500
_Waiting: TypeAlias = "tuple[tuple[Listener, Reading, datetime], Future[int]]"


class ReadingWriter:
    """Writes readings in a thread of its own, which runs from the first one on.

    Args:
        readings: where they are kept.
    """

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def record(self, listener: Listener, reading: Reading, read_at: datetime) -> Future[int]:
        """Remember a reading; its number is there once it is written."""
        written: Future[int] = Future()
        with self._lock:
            if self._closed:
                written.set_exception(
                    StoreError(say("server_ending", "the server is ending: nothing is written any more"))
                )
                return written
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="readings", daemon=True)
                self._thread.start()
            self._waiting.put(((listener, reading, read_at), written))
        return written

    def close(self) -> None:
        """Write what is waiting, and end."""
        with self._lock:
            self._closed = True
            self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()

    def _write_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = [first], False
            while len(batch) < _MOST_AT_ONCE and not last:
                try:
                    one = self._waiting.get_nowait()
                except Empty:
                    break
                if one is None:
                    last = True
                else:
                    batch.append(one)
            self._write(batch)
            if last:
                return

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            numbers = self._readings.record_all([read for read, _ in batch])
        except NotFoundError as error:  # somebody was forgotten meanwhile: the others' are written one by one
            if len(batch) == 1:
                batch[0][1].set_exception(error)
            else:
                for one in batch:
                    self._write([one])
        except MienError as error:
            for _, written in batch:
                written.set_exception(error)
        else:
            for (_, written), number in zip(batch, numbers, strict=True):
                written.set_result(number)
