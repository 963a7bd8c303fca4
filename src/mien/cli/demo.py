"""``mien demo``: the whole path with nothing at hand."""

from __future__ import annotations

import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import PolicyOption, SeedOption, WorkersOption, open_mien
from mien.cli.output import console, escaped, progress, show_queue
from mien.cli.serve import DEFAULT_PORT, OpenOption, PortOption, serve_player
from mien.cli.songs import run_scan
from mien.errors import CameraError

if TYPE_CHECKING:
    from mien.core import Mien
    from mien.domain import PolicyName

PHOTOGRAPH = "photograph.jpg"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(demo)


def demo(
    *,
    face: Annotated[Path | None, typer.Option("--face", help="Your picture instead of the demo's.")] = None,
    camera: Annotated[
        bool | None,
        typer.Option("--camera/--no-camera", help="Look at the camera too; --no-serve asks."),
    ] = None,
    policy: PolicyOption = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many songs.")] = 10,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    serve: Annotated[bool, typer.Option(help="Open the player in the browser afterwards.")] = True,
    port: PortOption = DEFAULT_PORT,
    open_page: OpenOption = False,
) -> None:
    """Try Mien with no music at hand: it composes a small library, listens to it, and serves the player.

    The songs are composed and rendered by Mien and free to share; what Mien then says of their mood is what
    it hears, as in any other scan. A photograph is read first, and what fits it is shown, so that there is
    something to see without a camera too. The demo keeps to a folder of its own, apart from your library.
    """
    from mien.config import load_settings

    home = load_settings().home / "demo"
    database = f"sqlite:///{home}/mien.db"
    with open_mien(home=home, database_url=database, workers=workers) as mien:
        folder = home / "music"
        _compose(folder)
        run_scan(mien, [folder])
        _show_for_picture(mien, face, policy, n, seed)
        if camera is None:
            camera = not serve and _wants_camera()
        if camera:
            _show_for_camera(mien, policy, n, seed)
        console().print(
            f"\nThe songs are in {escaped(str(folder))}. Next, your own: mien scan ~/Music; mien serve"
        )
        if serve:
            serve_player(mien, port=port, open_page=open_page)


def _wants_camera() -> bool:
    return sys.stdin.isatty() and typer.confirm("Look at the camera for three seconds too?")


def _compose(folder: Path) -> None:
    from mien.demo import compose_library

    with progress("Composing", None) as update:
        songs = compose_library(folder, progress=lambda done, _total, title: update(done, title))
    console().print(f"Demo library: {len(songs)} songs, composed and rendered by Mien")


def _show_for_picture(
    mien: Mien, face: Path | None, policy: PolicyName | None, n: int, seed: int | None
) -> None:
    if face is not None:
        reading = mien.reading_of_picture(face)
    else:
        console().print("\nA photograph (NASA's portrait of Eileen Collins, in the public domain):")
        with as_file(files("mien.demo") / PHOTOGRAPH) as photograph:
            reading = mien.reading_of_picture(photograph)
    show_queue(mien.listening.recommend(mien.listener, reading=reading, policy=policy, n=n, seed=seed))


def _show_for_camera(mien: Mien, policy: PolicyName | None, n: int, seed: int | None) -> None:
    console().print("\nThe camera is on for three seconds; no picture is kept.")
    try:
        reading = mien.glance()
    except CameraError as error:
        console(stderr=True).print(escaped(str(error)))
        return
    show_queue(mien.listening.recommend(mien.listener, reading=reading, policy=policy, n=n, seed=seed))
