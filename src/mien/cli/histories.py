"""``mien import`` and ``mien export``: what was heard elsewhere, and what was made here."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.app import JsonOption, ListenerOption, open_mien
from mien.cli.output import console, counted, escaped, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mien.store import Import
    from mien.usecases.histories import Imported
    from mien.usecases.own_export import Restored

_MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("import")(import_)
    app.command()(export)


def import_(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="An export of ListenBrainz (zip, JSON), Last.fm (JSON, CSV) or Mien."
        ),
    ] = None,
    *,
    undo: Annotated[int | None, typer.Option("--undo", help="Take an import back, by its number.")] = None,
    listener: ListenerOption = None,
    json: JsonOption = False,
) -> None:
    """Bring in what you heard elsewhere; without FILE, list what was brought in.

    Songs are found by MusicBrainz id, then by artist and title. Again is safe: only what is new is added. A
    file of mien export brings ratings, labels, playlists and choices too; what you said here stays.

    Example: mien import listenbrainz_export.zip
    """
    with open_mien(listener=listener) as mien:
        if undo is not None:
            gone = mien.store.imports.undo(mien.listener, undo)
            if json:
                print_json({"import": undo, "taken_back": gone})
            else:
                console().print(f"{counted(gone, 'listen')} taken back")
            return
        if file is None:
            _list(mien.store.imports.all(mien.listener), json=json)
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
                "restored": imported.restored and _as_json(imported.restored),
            }
        )
        return
    _show(imported)


def _list(imports: Iterable[Import], *, json: bool) -> None:
    for each in imports:
        if json:
            at = each.imported_at.isoformat()
            told = {"source": each.source, "file": each.file, "listens": each.listens}
            print_json({"import": each.id, "imported_at": at, **told})
        else:
            console().print(
                f"{each.id}  {each.imported_at:%Y-%m-%d %H:%M}  {each.source}  {escaped(each.file)}"
                f"  {counted(each.listens, 'listen')}"
            )


def _as_json(restored: Restored) -> dict[str, Any]:
    return {**asdict(restored), "left_out": list(map(str, restored.left_out))}


def _show(imported: Imported) -> None:
    terminal = console()
    new = 0 if imported.done is None else imported.done.listens
    terminal.print(
        f"{imported.source}: {counted(imported.plays, 'listen')}, {imported.matched} of songs of the library,"
        f" {new} new"
    )
    if imported.done is not None:
        terminal.print(f"To take them back: mien import --undo {imported.done.id}")
    if imported.left_out:
        terminal.print(f"Without a song or a time: {imported.left_out}")
    if imported.restored is not None:
        _show_restored(imported.restored)
    if imported.missing:
        missing = counted(len(imported.missing), "song")
        terminal.print(f"Not in the library: {missing}; the most played:")
    for song in imported.missing[:_MOST_SHOWN]:
        terminal.print(f"  {song.plays:5}  {escaped(song.artist)} - {escaped(song.title)}")


def _show_restored(restored: Restored) -> None:
    terminal = console()
    terminal.print(
        f"New here: {restored.ratings} ratings, {restored.labels} labels, {restored.wishes} wishes,"
        f" {restored.not_now} songs not wanted now, {len(restored.playlists)} playlists,"
        f" {len(restored.preferences)} choices; what you said here before stays"
    )
    for sentence in restored.left_out:
        terminal.print(f"Left out: {escaped(str(sentence))}")


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

    if file is not None and str(file) == "-":
        raise typer.BadParameter("leave FILE out to write to standard output, or name it ./-")
    with open_mien(listener=listener) as mien:
        content = mien.histories.give(mien.listener)
    if file is None:
        print_json(content)
        return
    text = jsonlib.dumps(content, indent=1, allow_nan=False)
    replace_file(file, f"{text}\n".encode())
    console().print(f"Written to {escaped(str(file))}")
