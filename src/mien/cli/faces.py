"""``mien face``: what faces express."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import CameraIndexOption, EmotionArtifactOption, JsonOption, open_mien
from mien.cli.output import console, escaped, percentages, picture_json, print_json, printable
from mien.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mien.core import Mien
    from mien.domain import FrameFaces

_Answer = tuple["FrameFaces | None", str | None]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(face)


def face(
    paths: Annotated[list[Path] | None, typer.Argument(help="Pictures, videos, or folders of them.")] = None,
    *,
    cropped: Annotated[bool, typer.Option("--cropped", help="Each picture is one face as a whole.")] = False,
    camera: Annotated[bool, typer.Option("--camera", help="Read the camera until Ctrl-C.")] = False,
    every: Annotated[int, typer.Option("--every", min=1, help="Read every so many frames of a video.")] = 1,
    camera_index: CameraIndexOption = None,
    emotion_artifact: EmotionArtifactOption = None,
    json: JsonOption = False,
) -> None:
    """Read the emotion of every face in pictures, videos or folders of them.

    A file that cannot be read gets one line that says why, and the rest goes on.

    Example: mien face portrait.jpg holiday/ --json
    """
    if bool(paths) == camera:
        raise typer.BadParameter("give pictures, videos or folders, or --camera")
    with open_mien(camera=camera_index, emotion_artifact=emotion_artifact) as mien:
        if camera:
            _show_camera(mien, json=json)
            return
        succeeded, files = False, list(_files(paths or []))
        if not files:
            folders = ", ".join(map(str, paths or []))
            raise ImageError(f"{printable(folders)}: no picture or video that Mien reads is in there")
        for path in files:
            for found, error in _read(mien, path, cropped=cropped, every=every):
                succeeded |= error is None
                if json:
                    print_json(picture_json(path, found, error))
                else:
                    _show(path, found, error)
    if not succeeded:
        raise typer.Exit(1)


def _files(paths: list[Path]) -> Iterator[Path]:
    """What was named, and the pictures and videos in folders that were."""
    from mien.vision.camera import VIDEO_SUFFIXES
    from mien.vision.pictures import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES | VIDEO_SUFFIXES)
        yield from (p for p in inside if p.is_file() and not p.name.startswith("."))


def _read(mien: Mien, path: Path, *, cropped: bool, every: int) -> Iterator[_Answer]:
    """The answers for one file: one for a picture, one a frame for a video."""
    from mien.vision.camera import VIDEO_SUFFIXES

    mien.faces  # noqa: B018  (without the network no file can be read: that is not the file's error)
    try:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            for found in mien.read_video(path, cropped=cropped, every=every):
                yield found, None
        else:
            yield mien.read_picture(path, cropped=cropped), None
    except ImageError as error:
        yield None, str(error)


def _show(path: Path, found: FrameFaces | None, error: str | None) -> None:
    if found is None:
        console(stderr=True).print(f"[red]{escaped(error or '')}[/red]")
        return
    at = "" if found.time_s is None else f" at {found.time_s:.2f} s"
    count = "no face" if not found.faces else f"{len(found.faces)} face{'s' * (len(found.faces) > 1)}"
    terminal = console()
    terminal.print(f"{escaped(str(path))}{at} ({found.width} x {found.height}): {count}")
    for one in found.faces:
        unsure = "" if one.emotion.certain else f" - {one.emotion.reason}"
        terminal.print(
            f"  [bold]{one.emotion.top}[/bold]  {percentages(one.emotion)}{unsure}"
            f"  [dim](valence {one.valence:+.2f}, arousal {one.arousal:+.2f}; {one.box.width} pixels wide"
            f" at {one.box.x},{one.box.y})[/dim]"
        )


def _show_camera(mien: Mien, *, json: bool) -> None:
    from rich.live import Live

    from mien.cli.output import reading_line

    if json:
        for found, _ in mien.watch():
            print_json(picture_json(None, found, None))
        return
    with Live(console=console(), auto_refresh=False) as live:
        live.update("The camera is on; no picture is kept. Ctrl-C turns it off.", refresh=True)
        for _, reading in mien.watch():
            live.update(f"camera on - {reading_line(reading)}", refresh=True)
