"""Standard output that takes every text, and whose faults are one line."""

from __future__ import annotations

import io
import os
import sys
from typing import Self

from mien.errors import MienError


class OutputError(MienError):
    """What was to be printed could not be written: a full disk, for one."""


class Output(io.TextIOWrapper):
    """Standard output; a character that its encoding lacks is escaped."""

    @classmethod
    def in_place_of(cls, stdout: io.TextIOWrapper) -> Self:
        """What writes to where that wrote, which is of no more use."""
        encoding, by_line, at_once = stdout.encoding, stdout.line_buffering, stdout.write_through
        return cls(
            stdout.detach(),
            encoding=encoding,
            errors="backslashreplace",
            line_buffering=by_line,
            write_through=at_once,
        )

    def write(self, text: str, /) -> int:
        """Write text.

        Raises:
            OutputError: it could not be written.
            BrokenPipeError: nobody reads any more.
        """
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _fault(error) from None

    def flush(self) -> None:
        """Write what is held back; raises as :meth:`write`."""
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _fault(error) from None


def drop_the_rest() -> None:
    """Let Python not complain again of what cannot be written when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fault(error: OSError) -> OutputError:
    return OutputError(f"the output cannot be written: {error.strerror}")
