"""``mien library``: files that failed or are gone, the same song twice, and taking songs out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, WorkersOption, ask_first, open_mien
from mien.cli.output import console, counted, escaped, print_json, printable
from mien.cli.songs import run_scan
from mien.errors import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.core import Mien
    from mien.store.files import KnownFile
    from mien.store.problems import Problem

_MIB = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(no_args_is_help=True, help="Care of the library.")
    for command in (problems, retry, duplicates, forget):
        group.command()(command)
    app.add_typer(group, name="library")


def problems(*, json: JsonOption = False) -> None:
    """List the files that could not be read or are gone, why, and since when.

    Example: mien library problems
    """
    with open_mien() as mien:
        found = mien.store.problems.all()
    if json:
        for problem in found:
            print_json(_problem_json(problem))
    elif not found:
        console().print("every file of the library could be read")
    else:
        for problem in found:
            since = f"{problem.failed_at.astimezone():%Y-%m-%d %H:%M}"
            console().print(f"{since}  {escaped(str(problem.path))}: {escaped(problem.reason)}")


def _problem_json(problem: Problem) -> dict[str, object]:
    return {
        "file": str(problem.path),
        "why": problem.reason,
        "code": problem.said and problem.said.code,
        "failed_at": problem.failed_at.isoformat(),
    }


def retry(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH...]", help="Some of them; by default all.")
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Read the files again that could not be read.

    Example: mien library retry
    """
    with open_mien(workers=workers) as mien:
        failed = {problem.path for problem in mien.store.problems.all()}
        wanted = _absolute(paths) if paths else failed
        if unknown := sorted(wanted - failed):
            raise NotFoundError(f"{_names(unknown)}: nothing is known to be wrong with it")
        there = sorted(path for path in wanted if path.exists())
        if not there:
            console().print(
                f"nothing to read again: {counted(len(wanted), 'file')} {_are(len(wanted))} not there"
                if wanted
                else "nothing to read again: every file of the library could be read"
            )
        elif not run_scan(mien, there):
            raise typer.Exit(1)


def duplicates(*, json: JsonOption = False) -> None:
    """List songs that are in the library more than once: the same length and the very same sound.

    Copies are found whatever their tags say; another encoding of a song is not. Nothing is removed.

    Example: mien library duplicates
    """
    with open_mien() as mien:
        found = mien.store.files.same_sound()
    if json:
        for alike in found:
            print_json({"duration_s": alike[0].duration_s, "files": [_file_json(file) for file in alike]})
    elif not found:
        console().print("no song is in the library twice")
    else:
        for alike in found:
            console().print(f"{counted(len(alike), 'file')} sound the same:")
            for file in alike:
                size = f"{file.stamp.size_bytes / _MIB:.1f} MiB"
                console().print(f"  #{file.track_id}  {size}  {escaped(str(file.path))}")


def _file_json(file: KnownFile) -> dict[str, object]:
    return {"track_id": file.track_id, "path": str(file.path), "size_bytes": file.stamp.size_bytes}


def forget(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH...]", help="Files of the library.")
    ] = None,
    *,
    gone: Annotated[bool, typer.Option("--gone", help="Those that a scan did not find any more.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take songs out of the library, with all that listeners said of them. No file on the disk is touched.

    Example: mien library forget --gone
    """
    if not paths and not gone:
        raise ConfigurationError("say which: name files, or give --gone for all that are gone")
    with open_mien() as mien:
        chosen = _known(mien, paths or []) | set(mien.store.files.gone() if gone else [])
        if not chosen:
            console().print("nothing to take out: no file of the library is gone")
            return
        _tell(mien, sorted(chosen))
        if not yes:
            ask_first(f"Take {counted(len(chosen), 'file')} out of the library?")
        mien.store.tracks.forget(chosen)
    console().print(f"{counted(len(chosen), 'file')} taken out; the disk was not touched")


def _known(mien: Mien, paths: Sequence[Path]) -> set[Path]:
    wanted = _absolute(paths)
    if unknown := sorted(wanted - set(mien.store.tracks.paths())):
        raise NotFoundError(f"{_names(unknown)}: not in the library")
    return wanted


def _tell(mien: Mien, chosen: Sequence[Path]) -> None:
    for path in chosen:
        console(stderr=True).print(escaped(str(path)))
    said = mien.store.files.said_of(chosen)
    if said:
        counts = ", ".join(counted(n, what) for what, n in said.items())
        console(stderr=True).print(f"with them goes what was said of them: {counts}")


def _absolute(paths: Sequence[Path]) -> set[Path]:
    return {path.expanduser().absolute() for path in paths}


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(printable(str(path)) for path in paths)


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
