"""One function over many files, in processes that may die.

A decoder that crashes or never ends costs the one file that it was reading. Every file gets exactly one
result.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Generic, TypeVar

from mien.errors import MienError
from mien.sentences import Sentence, say, sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

T = TypeVar("T")

# ``workers`` processes shall use that many cores: no numeric library starts threads of its own.
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)
_STARTING_S = 120.0


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What came of one file: a value, or an error in one sentence."""

    path: Path
    value: T | None
    error: Sentence | None


def map_files(
    make_function: Callable[[], Callable[[Path], T]],
    paths: Iterable[Path],
    *,
    workers: int,
    timeout_s: float,
) -> Iterator[Result[T]]:
    """Apply a function to every file in processes of their own, and yield results as they complete.

    A worker that crashes, is killed or takes too long costs the file that it held, which gets an error, and
    is replaced. Leaving the loop, by Ctrl-C too, ends all workers at once.

    Args:
        make_function: called once in each worker to build what it applies, such as an analyzer with its
            network; it and what the function returns must be picklable.
        paths: taken one at a time, as workers become free.
        workers: how many processes, at least 1.
        timeout_s: how long one file may take.

    Yields:
        One result for every path. A ``MienError`` of the function becomes its sentence; any other exception
        one of its type and message.

    Raises:
        MienError: ``make_function`` raised it, or a worker cannot start.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers cannot work")
    waiting = iter(paths)
    running: list[_Worker[T]] = []
    try:
        while True:
            while len(running) < workers and (path := next(waiting, None)) is not None:
                running.append(_Worker(make_function, path, timeout_s))
            if not running:
                return
            for worker in _worth_looking_at(running):
                result = worker.result()
                if result is None:
                    continue
                if worker.alive and (path := next(waiting, None)) is not None:
                    worker.give(path)
                else:
                    running.remove(worker)
                    worker.end()
                yield result
    finally:
        for worker in running:
            worker.end()


class _Worker(Generic[T]):
    """One process and the file that it holds."""

    def __init__(
        self, make_function: Callable[[], Callable[[Path], T]], path: Path, timeout_s: float
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        with _interrupts_kept_from_children():
            self._process.start()
        theirs.close()
        self._timeout_s = timeout_s
        self._path = path
        self._ready = False
        self.alive = True
        self.deadline = time.monotonic() + _STARTING_S
        self._send(make_function)

    def give(self, path: Path) -> None:
        """Hand it the next file."""
        self._path = path
        self.deadline = time.monotonic() + self._timeout_s
        self._send(path)

    def result(self) -> Result[T] | None:
        """The result for the file that it holds; None when there is none yet."""
        try:
            if not self.connection.poll():
                return self._expired() if time.monotonic() >= self.deadline else None
            message = self.connection.recv()
        except (EOFError, OSError):
            return self._died()
        if self._ready:
            value, error = message
            return Result(self._path, value, error)
        if message is not None:
            raise message
        self._ready = True
        self.give(self._path)
        return None

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self.alive = False
        self._process.kill()
        self._process.join()
        self._process.close()
        self.connection.close()

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # that it died is seen when its answer is asked for
            self.connection.send(message)

    def _expired(self) -> Result[T]:
        if not self._ready:
            raise MienError(
                say(
                    "worker_late",
                    "a worker process did not start within {seconds:g} s; is the machine overloaded?",
                    seconds=_STARTING_S,
                )
            )
        self.alive = False
        slow = say("song_slow", "took longer than {seconds:g} s and was given up", seconds=self._timeout_s)
        return Result(self._path, None, slow)

    def _died(self) -> Result[T]:
        self._process.join()
        how = _how_it_ended(self._process.exitcode)
        if not self._ready:
            raise MienError(
                say("worker_broke", "a worker process cannot start ({how}); run `mien doctor`", how=how)
            )
        self.alive = False
        broke = say("song_broke_reader", "the process that read it broke down ({how})", how=how)
        return Result(self._path, None, broke)


def _worth_looking_at(workers: list[_Worker[T]]) -> list[_Worker[T]]:
    """The workers that have answered, died or run out of time; waits until there is one."""
    first_deadline = min(worker.deadline for worker in workers)
    ready = wait(
        [worker.connection for worker in workers], timeout=max(0.0, first_deadline - time.monotonic())
    )
    now = time.monotonic()
    return [worker for worker in workers if worker.connection in ready or worker.deadline <= now]


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return f"{signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def _work(connection: Connection) -> None:
    """A worker's life: build the function, then apply it to path after path until the other end closes."""
    # Before anything numeric is imported: receiving the function is what imports it.
    os.environ.update(_ONE_THREAD)
    with suppress(EOFError, BrokenPipeError):
        try:
            function = connection.recv()()
        except MienError as error:
            connection.send(error)
            return
        except Exception as error:  # noqa: BLE001  (whatever it is, the parent shall raise it, in one line)
            why = f"{type(error).__name__}: {error}"
            connection.send(
                MienError(say("worker_failed", "a worker process cannot start: {fault}", fault=why))
            )
            return
        connection.send(None)
        while True:
            connection.send_bytes(_answer(function, connection.recv()))


def _answer(function: Callable[[Path], object], path: Path) -> memoryview:
    """The pickled value and error that the function has for a file."""
    try:
        return ForkingPickler.dumps((function(path), None))
    except MienError as error:
        said = sentence_of(error)
    except Exception as error:  # noqa: BLE001  (a file's failure, of whatever kind, is that file's result)
        said = say("fault_other", "{fault}", fault=_one_line(f"{type(error).__name__}: {error}"))
    return ForkingPickler.dumps((None, said))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@contextmanager
def _interrupts_kept_from_children() -> Iterator[None]:
    """Processes started within don't see Ctrl-C, which a terminal sends to all; their parent ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Started by the first process it would unblock interrupts again, just before that process is made.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
