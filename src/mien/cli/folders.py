"""Whether a folder can be written to, found out by doing it."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from mien.errors import MienError
from mien.sentences import fault_of

if TYPE_CHECKING:
    from pathlib import Path


def require_writable(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder where it is missing, and a file in it for a moment.

    Permissions alone do not tell: a disk can be full, or hold no files at all.

    Raises:
        MienError: it is no folder, cannot be made, or takes no file.
    """
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            file.write(b"Mien")
    except FileExistsError:
        raise MienError(f"{folder} is not a folder") from None
    except OSError as error:
        raise MienError(f"{folder} cannot be written: {fault_of(error)}") from None
