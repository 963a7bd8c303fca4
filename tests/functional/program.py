"""The program as a user runs it, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What the program said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Program:
    """Runs ``mien`` in a process of its own, as from a terminal that is no terminal."""

    home: Path

    def __call__(self, *arguments: object, timeout_s: float = 900) -> Answer:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
        done = subprocess.run(
            [sys.executable, "-m", "mien", *map(str, arguments)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
            env={**kept, "MIEN_HOME": str(self.home), "COLUMNS": "300"},
        )
        return Answer(done.returncode, done.stdout, done.stderr)
