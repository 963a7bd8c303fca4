"""The program as a user runs it, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext
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

    def __call__(
        self, *arguments: object, timeout_s: float = 900, to: str | None = None, **environment: str
    ) -> Answer:
        """Run it; ``to`` is a file that takes the place of standard output."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
        with nullcontext(subprocess.PIPE) if to is None else open(to, "wb") as out:  # noqa: PTH123
            done = subprocess.run(
                [sys.executable, "-m", "mien", *map(str, arguments)],
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=timeout_s,
                check=False,
                env={**kept, "MIEN_HOME": str(self.home), "COLUMNS": "300", **environment},
            )
        return Answer(done.returncode, done.stdout or "", done.stderr)
