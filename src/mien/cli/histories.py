"""``mien import`` and ``mien export``: what was heard elsewhere, and what was made here."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, ListenerOption, open_mien
from mien.cli.output import console, escaped, print_json

if TYPE_CHECKING:
    from mien.usecases.histories import Imported

_MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("import")(import_)
    app.command()(export)


def import_(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="An export of ListenBrainz (zip, JSON) or Last.fm (JSON, CSV)."
        ),
    ] = None,
    *,
    undo: Annotated[int | None, typer.Option("--undo", help="Take an import back, by its number.")] = None,
    listener: ListenerOption = None,
    json: JsonOption = False,
) -> None:
    """Bring in what you heard elsewhere; without FILE, list what was brought in.

    Songs are found by MusicBrainz id, then by artist and title. Again is safe: only what is new is added.

    Example: mien import listenbrainz_export.zip
    """
    with open_mien(listener=listener) as mien:
        if undo is not None:
            gone = mien.store.imports.undo(mien.listener, undo)
            console().print(f"{gone} listens taken back")
            return
        if file is None:
            for each in mien.store.imports.all(mien.listener):
                console().print(
                    f"{each.id}  {each.imported_at:%Y-%m-%d %H:%M}  {each.source}  {escaped(each.file)}"
                    f"  {each.listens} listens"
                )
            return
        imported = mien.histories.take(mien.listener, file)
    if json:
        print_json(
            {
                "import": None if imported.done is None else imported.done.id,
                "new": 0 if imported.done is None else imported.done.listens,
                "source": imported.source,
                "plays": imported.plays,
                "matched": imported.matched,
                "left_out": imported.left_out,
                "missing": [asdict(song) for song in imported.missing],
            }
        )
        return
    _show(imported)


def _show(imported: Imported) -> None:
    terminal = console()
    new = 0 if imported.done is None else imported.done.listens
    terminal.print(
        f"{imported.source}: {imported.plays} listens, {imported.matched} of songs of the library, {new} new"
    )
    if imported.done is not None:
        terminal.print(f"To take them back: mien import --undo {imported.done.id}")
    if imported.left_out:
        terminal.print(f"{imported.left_out} entries say no song or no time")
    if imported.missing:
        terminal.print(f"{len(imported.missing)} songs are not in the library; the most played:")
    for song in imported.missing[:_MOST_SHOWN]:
        terminal.print(f"  {song.plays:5}  {escaped(song.artist)} - {escaped(song.title)}")


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="By default it is written to the terminal.")
    ] = None,
    *,
    listener: ListenerOption = None,
) -> None:
    """Write everything that you made as JSON: listens, ratings, labels, playlists, choices.

    Example: mien export me.json
    """
    from mien.interop.playlists import replace_file

    with open_mien(listener=listener) as mien:
        content = mien.histories.give(mien.listener)
    if file is None:
        print_json(content)
        return
    text = jsonlib.dumps(content, indent=1, allow_nan=False)
    replace_file(file, f"{text}\n".encode())
    console().print(f"Written to {escaped(str(file))}")
