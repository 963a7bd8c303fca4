"""A scan that runs beside the requests, told live to the pages."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mien.errors import ConflictError, MienError
from mien.sentences import Sentence, say, sentence_of
from mien.web.problems import DEFECT
from mien.web.schemas import plain, said

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path
    from typing import Any

    from mien.core import Mien, ScanPlan
    from mien.web.live import Live

_log = logging.getLogger("mien.web")
_TELL_EVERY_S = 0.5
_STOPPING_S = 30.0


class ScanState(StrEnum):
    """What a scan is about."""

    IDLE = "idle"
    LOOKING = "looking"
    ANALYSING = "analysing"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ScanStatus:
    """How far a scan is.

    Attributes:
        state: what it is about.
        done: files that it is through with.
        total: files that it has to analyse.
        failed: how many of those done could not be read.
        unchanged: files that were known already.
        current: the name of the file that was done last.
        rate_per_s: files a second.
        left_s: how long it will take yet, in seconds; None while that is not known.
        started_at: when it began; None before the first.
        finished_at: when it ended.
        error: why it failed as a whole, or what of the folders it could not look at.
    """

    state: ScanState = ScanState.IDLE
    done: int = 0
    total: int = 0
    failed: int = 0
    unchanged: int = 0
    current: str = ""
    rate_per_s: float = 0.0
    left_s: float | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Sentence | None = None

    def as_event(self) -> dict[str, Any]:
        """As JSON has it, like the schema ``Scan``."""
        values = asdict(self) | {
            "error": None if self.error is None else plain(self.error),
            "error_said": None if self.error is None else said(self.error).model_dump(),
        }
        for name in ("started_at", "finished_at"):
            values[name] = values[name] and values[name].isoformat()
        return values


class Scanning:
    """Runs one scan at a time.

    Args:
        mien: whose library.
        live: told how it goes.
    """

    def __init__(self, mien: Mien, live: Live) -> None:
        self._mien = mien
        self._live = live
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._told_at = 0.0
        self.status = ScanStatus()

    def start(self, folders: Sequence[Path]) -> ScanStatus:
        """Begin to scan folders.

        Raises:
            ConflictError: a scan is running, or there is no folder to scan.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise ConflictError(say("scan_running", "a scan is running: wait for it, or stop it"))
            if not folders:
                raise ConflictError(say("no_folder_chosen", "no folder of music is chosen: add one first"))
            self._stop.clear()
            self.status = ScanStatus(ScanState.LOOKING, started_at=datetime.now(UTC))
            self._thread = threading.Thread(target=self._run, args=(list(folders),), name="scan", daemon=True)
            self._thread.start()
        return self.status

    def stop(self) -> ScanStatus:
        """Stop the scan that is running; what is analysed stays."""
        self._stop.set()
        return self.status

    def close(self) -> None:
        """Stop, and wait until the processes that analyse are gone."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOPPING_S)

    def _run(self, folders: Sequence[Path]) -> None:
        try:
            plan = self._mien.plan_scan(folders)
            self._tell(replace(self.status, error=_unseen(plan)), now=True)
            self._analyse(plan)
            state = ScanState.STOPPED if self._stop.is_set() else ScanState.DONE
            self._tell(
                replace(self.status, state=state, left_s=None, finished_at=datetime.now(UTC)), now=True
            )
        except Exception as error:  # noqa: BLE001  (a thread of its own: whatever it is, the page shall say it)
            _log.error("the scan failed", exc_info=None if isinstance(error, MienError) else error)
            why = sentence_of(error) if isinstance(error, MienError) else DEFECT
            failed = replace(self.status, state=ScanState.FAILED, error=why, finished_at=datetime.now(UTC))
            self._tell(failed, now=True)
        self._live.tell("library", {})

    def _analyse(self, plan: ScanPlan) -> None:
        status = replace(
            self.status, state=ScanState.ANALYSING, total=len(plan.new), unchanged=plan.unchanged
        )
        self._tell(replace(status, failed=0), now=True)
        began = time.monotonic()
        results: Generator[Any, None, None] = self._mien.scan(plan)  # type: ignore[assignment]  # it is a generator
        with closing(results):
            for done, result in enumerate(results, 1):
                rate = done / max(1e-3, time.monotonic() - began)
                status = replace(
                    status,
                    done=done,
                    failed=status.failed + (result.error is not None),
                    current=result.path.name.encode("utf-8", "replace").decode(),
                    rate_per_s=rate,
                    left_s=(len(plan.new) - done) / rate,
                )
                self._tell(status)
                if self._stop.is_set():
                    return

    def _tell(self, status: ScanStatus, *, now: bool = False) -> None:
        self.status = status
        if now or time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told_at = time.monotonic()
            self._live.tell("scan", status.as_event(), admins=True)


def _unseen(plan: ScanPlan) -> Sentence | None:
    if not plan.problems:
        return None
    path, fault = plan.problems[0]
    return say(
        "scan_unseen",
        "not all could be looked at ({places}), such as {path}: {fault}",
        places=len(plan.problems),
        path=str(path),
        fault=fault,
    )
