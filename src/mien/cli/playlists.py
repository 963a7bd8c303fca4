"""``mien playlist``: playlists from the terminal. Positions are counted from 1, as they are shown."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.app import JsonOption, ListenerOption, open_mien
from mien.cli.output import console, counted, escaped, print_json
from mien.errors import InteropError

if TYPE_CHECKING:
    from mien.core import Mien
    from mien.domain import Track
    from mien.store import Playlist

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Of the playlist.")]
TracksArgument = Annotated[
    list[str], typer.Argument(metavar="TRACK...", help="Paths, numbers, or words of titles and artists.")
]
PositionArgument = Annotated[int, typer.Argument(metavar="POSITION", min=1, help="Counted from 1.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    playlist = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Playlists: plain and smart.")
    for name, command in (
        ("list", list_playlists),
        ("show", show),
        ("new", new),
        ("smart", smart),
        ("add", add),
        ("remove", remove),
        ("move", move),
        ("rename", rename),
        ("copy", copy),
        ("merge", merge),
        ("keep", keep),
        ("delete", delete),
        ("undo", undo),
        ("export", export),
        ("import", import_),
    ):
        playlist.command(name)(command)
    app.add_typer(playlist, name="playlist")


def list_playlists(*, listener: ListenerOption = None, json: JsonOption = False) -> None:
    """List them."""
    with open_mien(listener=listener) as mien:
        for each in mien.store.playlists.all(mien.listener):
            songs = mien.playlists.tracks(mien.listener, each)
            if json:
                print_json({**_summary(each), "songs": len(songs)})
            else:
                console().print(f"{escaped(each.name)}  {counted(len(songs), 'song')}{_kind(each)}")


def show(name: NameArgument, *, listener: ListenerOption = None, json: JsonOption = False) -> None:
    """Show the songs of one; those of a smart one are chosen now."""
    with open_mien(listener=listener) as mien:
        playlist = mien.store.playlists.named(mien.listener, name)
        songs = mien.playlists.tracks(mien.listener, playlist)
    if json:
        print_json({**_summary(playlist), "tracks": [_song(track) for track in songs]})
        return
    for position, track in enumerate(songs, start=1):
        console().print(f"{position:4}  {escaped(track.title)}  {escaped(track.tags.artist)}")


def new(
    name: NameArgument,
    tracks: Annotated[list[str] | None, typer.Argument(metavar="[TRACK...]", help="Songs of it.")] = None,
    *,
    listener: ListenerOption = None,
) -> None:
    """Make one."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.create(mien.listener, name, _found(mien, tracks or []))


def smart(
    name: NameArgument,
    rules: Annotated[str, typer.Argument(metavar="RULES", help="JSON, or a file of it.")],
    *,
    listener: ListenerOption = None,
) -> None:
    """Make a smart one, or give it other rules; its songs are always those that the rules choose.

    Example: mien playlist smart Quiet '{"field": "mood", "in": ["calm", "tender"]}'
    """
    content = _rules(rules)
    with open_mien(listener=listener) as mien:
        same = [each for each in mien.store.playlists.all(mien.listener) if each.name == name]
        if same:
            mien.playlists.change_rules(same[0], content)
        else:
            mien.playlists.create_smart(mien.listener, name, content)
        count = len(mien.playlists.preview(mien.listener, content))
    console().print(f"{counted(count, 'song')} now")


def add(name: NameArgument, tracks: TracksArgument, *, listener: ListenerOption = None) -> None:
    """Add songs at the end."""
    with open_mien(listener=listener) as mien:
        playlist = mien.store.playlists.named(mien.listener, name)
        mien.store.playlists.add(playlist, _found(mien, tracks))


def remove(name: NameArgument, position: PositionArgument, *, listener: ListenerOption = None) -> None:
    """Take a song out."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.remove(mien.store.playlists.named(mien.listener, name), position - 1)


def move(
    name: NameArgument, position: PositionArgument, to: PositionArgument, *, listener: ListenerOption = None
) -> None:
    """Move a song to another position."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.move(mien.store.playlists.named(mien.listener, name), position - 1, to - 1)


def rename(name: NameArgument, to: NameArgument, *, listener: ListenerOption = None) -> None:
    """Give it another name."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.rename(mien.store.playlists.named(mien.listener, name), to)


def copy(name: NameArgument, to: NameArgument, *, listener: ListenerOption = None) -> None:
    """Make a plain one with the songs that are in another now."""
    with open_mien(listener=listener) as mien:
        mien.playlists.copy(mien.listener, mien.store.playlists.named(mien.listener, name), to)


def merge(
    name: NameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Whose songs are added.")],
    *,
    listener: ListenerOption = None,
) -> None:
    """Add the songs of another that it lacks."""
    with open_mien(listener=listener) as mien:
        into, source = (mien.store.playlists.named(mien.listener, each) for each in (name, other))
        mien.playlists.merge(mien.listener, into, source)


def keep(name: NameArgument, *, listener: ListenerOption = None) -> None:
    """Let a momentary one stay."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.keep(mien.store.playlists.named(mien.listener, name))


def delete(name: NameArgument, *, listener: ListenerOption = None) -> None:
    """Remove it; its songs stay in the library."""
    with open_mien(listener=listener) as mien:
        mien.store.playlists.delete(mien.store.playlists.named(mien.listener, name))


def undo(*, listener: ListenerOption = None) -> None:
    """Take back the last change to a playlist; again for the one before."""
    with open_mien(listener=listener) as mien:
        done = mien.store.playlists.undo(mien.listener)
    console().print(f"Taken back: {escaped(done)}")


def export(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Its ending says how: .m3u8, .xspf or .jspf.")],
    *,
    relative: Annotated[bool, typer.Option("--relative", help="Paths as seen from the file.")] = False,
    listener: ListenerOption = None,
) -> None:
    """Write it for another player."""
    with open_mien(listener=listener) as mien:
        playlist = mien.store.playlists.named(mien.listener, name)
        count = mien.playlists.save(mien.listener, playlist, file, relative=relative)
    console().print(f"{counted(count, 'song')} written to {escaped(str(file))}")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="m3u8, m3u, xspf or jspf.")],
    *,
    name: Annotated[str | None, typer.Option("--name", help="By default the file's.")] = None,
    listener: ListenerOption = None,
) -> None:
    """Make one of a file that another player wrote."""
    with open_mien(listener=listener) as mien:
        taken = mien.playlists.take(mien.listener, file, name)
    console().print(f"{escaped(taken.playlist.name)}: {counted(len(taken.playlist.track_ids), 'song')}")
    for sentence in taken.left_out:
        console(stderr=True).print(escaped(str(sentence)))


def _found(mien: Mien, tracks: list[str]) -> list[int]:
    return [mien.store.tracks.find(text, mien.listener).id for text in tracks]


def _rules(text: str) -> dict[str, Any]:
    """JSON as it is, or what lies in a file."""
    if not text.lstrip().startswith("{"):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise InteropError(f"{text} is neither rules (JSON) nor a file of them") from None
    try:
        content = jsonlib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InteropError(f"the rules are not JSON: {error}") from None
    if not isinstance(content, dict):
        raise InteropError('rules are an object such as {"field": "mood", "is": "calm"}')
    return content


def _summary(playlist: Playlist) -> dict[str, Any]:
    return {
        "name": playlist.name,
        "rules": playlist.rules,
        "expires_at": playlist.expires_at and playlist.expires_at.isoformat(),
    }


def _kind(playlist: Playlist) -> str:
    smart_one = ", smart" if playlist.rules is not None else ""
    return smart_one + (f", until {playlist.expires_at:%Y-%m-%d %H:%M} UTC" if playlist.expires_at else "")


def _song(track: Track) -> dict[str, Any]:
    return {
        "path": str(track.path),
        "title": track.title,
        "artist": track.tags.artist,
        "mood": str(track.mood.top),
    }
