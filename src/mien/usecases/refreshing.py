"""Learning from each other in the background: in a process of its own, now and then and when consent changes.

The work is ``mien collaborative refresh``, which does nothing while nobody heard anything new. It runs beside
the player and not in it, so that minutes of linear algebra never make a song wait.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Self

from mien.errors import MienError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mien.config import Settings

_log = logging.getLogger("mien.refreshing")
REFRESH_EVERY_S = 3600.0
LOOK_EVERY_S = 30.0
_POLITE = 10
_STOP_WITHIN_S = 5.0
_MOST_SAID_BYTES = 4096


def refresh_command() -> list[str]:
    """The program that learns anew."""
    return [sys.executable, "-m", "mien", "collaborative", "refresh"]


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which another process of Mien has these settings."""
    return os.environ | {"MIEN_HOME": str(settings.home), "MIEN_DATABASE_URL": settings.database_url}


def start(
    command: Sequence[str], environment: Mapping[str, str], errors: IO[bytes] | int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a process that goes on when this one ends, and lets others go first."""
    process = subprocess.Popen(  # noqa: S603  (no shell, and no word of it comes from outside)
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    if hasattr(os, "setpriority"):
        with suppress(OSError):  # it may be done already
            os.setpriority(os.PRIO_PROCESS, process.pid, _POLITE)
    return process


class Refreshing:
    """Keeps what listeners learn from each other up to date; a context manager, which ends with its process.

    Args:
        command: what learns anew.
        environment: of the command.
        stamp: another value means that somebody joined or left, so that it is time to learn; of little cost.
        every_s: learn at least so often.
        look_every_s: look at the stamp so often.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        stamp: Callable[[], object],
        *,
        every_s: float = REFRESH_EVERY_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._command, self._environment, self._stamp = tuple(command), environment, stamp
        self._every_s, self._look_every_s = every_s, look_every_s
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="mien-refreshing", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        learned_from: object = None
        waited_s = self._every_s  # the server may have been off for long
        while not self._stopping.is_set():
            now = self._look(learned_from)
            if waited_s >= self._every_s or now != learned_from:
                self._refresh()
                learned_from, waited_s = now, 0.0
            self._stopping.wait(self._look_every_s)
            waited_s += self._look_every_s

    def _look(self, before: object) -> object:
        try:
            return self._stamp()
        except MienError:  # the database may be back at the next look
            _log.exception("cannot see who takes part in learning from each other")
            return before

    def _refresh(self) -> None:
        with tempfile.TemporaryFile() as errors:
            try:
                process = start(self._command, self._environment, errors)
            except OSError:
                _log.exception("learning from each other could not be started")
                return
            while process.poll() is None:
                if self._stopping.wait(min(1.0, self._look_every_s)):
                    _end(process)
            if process.returncode and not self._stopping.is_set():
                errors.seek(0)
                said = errors.read(_MOST_SAID_BYTES).decode("utf-8", "replace").strip()
                _log.warning("learning from each other failed: %s", said)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
