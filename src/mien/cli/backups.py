"""``mien backup``, ``mien restore``: copies of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.app import ask_first
from mien.cli.output import console, escaped

_MIB = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an older copy of that name.")] = False,
) -> None:
    """Copy the library into one file: what was learned of songs, and all that listeners said, did and keep.

    It may be in use meanwhile. The music itself is not in it.

    Example: mien backup library.db
    """
    from mien.config import load_settings
    from mien.store.backups import back_up

    size = back_up(load_settings({}).database_url, file, replace=force)
    console().print(f"{escaped(str(file))}: {size / _MIB:.1f} MiB. Keep it as safe as the library itself.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that mien backup made.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a copy in the place of the library. What was there is kept beside it.

    Stop ``mien serve`` and ``mien scan`` first.

    Example: mien restore library.db
    """
    from mien.config import load_settings
    from mien.store.backups import restore as put_back

    if not yes:
        ask_first("Put the copy in the place of the library?")
    kept = put_back(file, load_settings({}).database_url)
    console().print(f"the library is that of {escaped(str(file))}")
    if kept is not None:
        console().print(f"the one before is kept: mien restore {escaped(repr(str(kept)))} goes back to it")
