"""``mien calibrate``: what the listener's own face looks like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import CameraIndexOption, EmotionArtifactOption, JsonOption, ListenerOption, open_mien
from mien.cli.output import console, escaped, print_json, progress
from mien.domain import Emotion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mien.core import Mien
    from mien.domain import Calibration, FrameFaces

# Besides the neutral face, each expression is looked at for this long.
_ALSO_S = 10.0


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(calibrate)


def calibrate(
    *,
    face: Annotated[
        list[Path] | None, typer.Option("--face", help="A picture of your neutral face; may be repeated.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="Another expression to learn, or EMOTION=PICTURE with --face."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=5, help="How long the camera looks.")] = 60.0,
    show: Annotated[bool, typer.Option("--show", help="Show what is known and change nothing.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Erase it.")] = False,
    listener: ListenerOption = None,
    camera_index: CameraIndexOption = None,
    emotion_artifact: EmotionArtifactOption = None,
    json: JsonOption = False,
) -> None:
    """Teach Mien your resting face, so that it is not taken for a sad or an angry one.

    Only seven numbers are kept, never a picture. Look neutral at the camera for a minute, or give pictures.

    Example: mien calibrate, or mien calibrate --face me.jpg --also happy=smiling.jpg
    """
    if show + forget + (face is not None) > 1:
        raise typer.BadParameter("give one of --face, --show and --forget")
    with open_mien(listener=listener, camera=camera_index, emotion_artifact=emotion_artifact) as mien:
        if forget:
            gone = mien.feelings.forget_calibration(mien.listener)
            if json:
                print_json({"listener": mien.listener.name, "forgotten": gone})
            else:
                console().print("Forgotten." if gone else "There is nothing to forget.")
            return
        if show:
            found = mien.store.calibrations.of(mien.listener)
        elif face is not None:
            found = mien.calibrate(_pictures(mien, face, also or []))
        else:
            found = mien.calibrate(_before_the_camera(mien, also or [], seconds))
        if json:
            print_json(_calibration_json(mien, found))
        else:
            _show(mien, found)


def _emotion(text: str) -> Emotion:
    try:
        return Emotion(text.strip().lower())
    except ValueError:
        raise typer.BadParameter(f"--also wants one of {', '.join(Emotion)}, not {text}") from None


def _pictures(mien: Mien, faces: list[Path], also: list[str]) -> Mapping[Emotion, list[FrameFaces]]:
    shown = {Emotion.NEUTRAL: [mien.read_picture(path) for path in faces]}
    for text in also:
        name, equals, path = text.partition("=")
        if not (equals and path):
            raise typer.BadParameter(f"--also wants EMOTION=PICTURE beside --face, not {text}")
        shown.setdefault(_emotion(name), []).append(mien.read_picture(Path(path)))
    return shown


def _before_the_camera(mien: Mien, also: list[str], seconds: float) -> Mapping[Emotion, Iterable[FrameFaces]]:
    """Frames for each expression; the camera goes on when they are asked for, one after another."""
    others = dict.fromkeys(map(_emotion, also))
    others.pop(Emotion.NEUTRAL, None)
    neutral_s = max(seconds / 2, seconds - _ALSO_S * len(others))
    wanted = {Emotion.NEUTRAL: neutral_s} | dict.fromkeys(others, _ALSO_S)
    return {emotion: _told(mien, emotion, for_s) for emotion, for_s in wanted.items()}


def _told(mien: Mien, emotion: Emotion, seconds: float) -> Iterator[FrameFaces]:
    """The camera's frames, with a word on what to show and how long it still takes."""
    console(stderr=True).print(
        f"The camera goes on for {seconds:.0f} s; no picture is kept. Look {emotion}, and move a little."
    )
    with progress(f"Look {emotion}", round(seconds)) as update:
        for found, reading in mien.watch(seconds):
            update(min(round(seconds), int(found.time_s or 0)), reading.reason or "")
            yield found


def _calibration_json(mien: Mien, found: Calibration | None) -> dict[str, object]:
    return {
        "listener": mien.listener.name,
        "offsets": found and {str(emotion): round(value, 5) for emotion, value in found.offsets.items()},
        "frames": found and found.frames,
        "artifact_version": found and found.artifact_version,
        "used": found is not None and mien.calibrating.is_for_this_network(found),
    }


def _show(mien: Mien, found: Calibration | None) -> None:
    terminal = console()
    name = escaped(mien.listener.name)
    if found is None:
        terminal.print(f"Nothing is known of {name}'s face yet; mien calibrate learns it.")
        return
    ranked = sorted(found.offsets.items(), key=lambda pair: pair[1], reverse=True)
    terminal.print(f"Learnt of {name}'s face from {found.frames} frames (above 0: read more readily):")
    for emotion, value in ranked:
        terminal.print(f"  {emotion:<9} {value:+.2f}")
    if not mien.calibrating.is_for_this_network(found):
        terminal.print("Another network reads faces now, so this is not used; calibrate again.")
