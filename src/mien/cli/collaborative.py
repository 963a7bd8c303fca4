"""``mien collaborative``: whether one takes part in learning from each other, and the learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, ListenerOption, open_mien
from mien.cli.output import console, counted, escaped, print_json

if TYPE_CHECKING:
    from mien.usecases.collaborative import Refreshed


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="Learn from the other listeners of this server, and they from you. Nobody takes part unasked.",
    )
    for command in (join, leave, refresh):
        group.command()(command)
    app.add_typer(group, name="collaborative")


def join(*, listener: ListenerOption = None) -> None:
    """Take part from now on, with everything you heard."""
    with open_mien(listener=listener) as mien:
        mien.store.collaborators.agree(mien.listener)
        console().print(
            f"{escaped(mien.listener.name)} takes part; mien collaborative refresh learns from it"
        )


def leave(*, listener: ListenerOption = None) -> None:
    """Take part no more; what was learned is learned anew without you at once."""
    with open_mien(listener=listener) as mien:
        mien.store.collaborators.leave(mien.listener)
        _say(mien.collaborative.refresh())


def refresh(
    *,
    background: Annotated[
        bool, typer.Option("--background", help="Start it and do not wait; mien serve does it by itself.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Learn anew from everyone who takes part; minutes for a large library."""
    with open_mien() as mien:
        if background:
            from mien.usecases.refreshing import environment_of, refresh_command, start

            start(refresh_command(), environment_of(mien.settings))
            console().print("It learns in the background; recommendations change once that is done")
            return
        done = mien.collaborative.refresh()
    if json:
        print_json(
            {
                "listeners": done.listeners,
                "tracks": done.tracks,
                "trained": done.trained,
                "note": done.note,
            }
        )
        return
    _say(done)


def _say(done: Refreshed) -> None:
    if done.note:
        console().print(escaped(done.note))
        return
    how = "learned from" if done.trained else "nothing new from"
    console().print(f"{how} {counted(done.listeners, 'listener')}; {counted(done.tracks, 'song')} known")
