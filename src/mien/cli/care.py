"""``mien doctor``: whether everything that Mien needs is there."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import CameraIndexOption, JsonOption
from mien.cli.folders import require_writable
from mien.cli.learning import train_extra_is_installed
from mien.cli.output import console, counted, escaped, print_json
from mien.errors import CameraError, MienError, SoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.config import Settings

_LEAST_FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what.
        ok: whether it is as it should be.
        needed: whether Mien cannot do its work without it.
        says: what was found, and where it is not well, what to do.
    """

    name: str
    ok: bool
    needed: bool
    says: str


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(doctor)


def doctor(
    *,
    camera: Annotated[bool, typer.Option("--camera", help="Switch the camera on for a frame.")] = False,
    camera_index: CameraIndexOption = None,
    json: JsonOption = False,
) -> None:
    """Check settings, models, database, disk, decoder, sound and camera, and say what to do."""
    from mien.config import load_settings

    settings = load_settings({"camera": camera_index})
    checks = [_run(name, needed, look, settings) for name, needed, look in _CHECKS]
    if camera:
        checks.append(_run("camera", False, _camera, settings))
    if json:
        for check in checks:
            print_json({"check": check.name, "ok": check.ok, "needed": check.needed, "says": check.says})
    else:
        for check in checks:
            sign = (
                "[green]ok[/green]  "
                if check.ok
                else "[red]fail[/red]"
                if check.needed
                else "[yellow]note[/yellow]"
            )
            console().print(f"{sign}  {check.name:<14} {escaped(check.says)}")
    if any(check.needed and not check.ok for check in checks):
        raise typer.Exit(1)


def _run(name: str, needed: bool, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, ok=True, needed=needed, says=look(settings))
    except MienError as error:
        return Check(name, ok=False, needed=needed, says=str(error))


def _python(_settings: Settings) -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def _settings_in_force(settings: Settings) -> str:
    from mien.config import config_file

    return f"home {settings.home}, {settings.workers} workers, file {config_file()}"


def _disk(settings: Settings) -> str:
    try:
        require_writable(settings.home, mode=0o700)
    except MienError as error:
        raise MienError(f"{error}; set MIEN_HOME to a folder that can be written") from None
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_FREE_BYTES:
        raise MienError(f"{free >> 20} MiB free for {settings.home}; make room or set MIEN_HOME elsewhere")
    return f"{free >> 30} GiB free for {settings.home}"


def _database(settings: Settings) -> str:
    from mien.store import open_store

    with open_store(settings.database_url) as store:
        listener = store.listeners.default()
        tracks, problems = len(store.tracks.all(listener)), len(store.problems.all())
    return f"{counted(tracks, 'song')}, {counted(problems, 'file')} that failed, {listener.name} listens"


def _emotion_network(settings: Settings) -> str:
    from mien.core import Mien

    mien = Mien(settings)
    mien.faces  # noqa: B018  (builds the detector and the network)
    return f"version {mien.emotion_artifact.version}, loads"


def _mood_network(settings: Settings) -> str:
    from mien.audio.mood import MoodNetwork
    from mien.core import Mien

    artifact = Mien(settings).mood_artifact
    MoodNetwork(artifact)
    return f"version {artifact.version}, loads"


def _decoder(_settings: Settings) -> str:
    import av

    wanted = ("mp3", "flac", "vorbis", "opus", "aac", "wmav2", "pcm_s16le")
    missing = [name for name in wanted if name not in av.codecs_available]
    if missing:
        raise MienError(f"PyAV {av.__version__} cannot decode {', '.join(missing)}; install its wheel again")
    return f"PyAV {av.__version__} decodes {', '.join(wanted)}"


def _sound(_settings: Settings) -> str:
    from mien.audio.playback import Player

    try:
        Player().open_device()
    except SoundError as error:
        raise SoundError(f"{error}; until then mien play lists what it would play") from None
    return "a device opens"


def _training(_settings: Settings) -> str:
    if not train_extra_is_installed():
        raise MienError("not installed (only needed for mien train): pip install 'mien[train]'")
    return "Keras and TensorFlow are installed"


def _camera_device(settings: Settings) -> str:
    if sys.platform != "linux":
        return "not looked at; --camera switches it on for a frame"
    if not Path(f"/dev/video{settings.camera}").exists():
        raise CameraError(f"no camera {settings.camera}; use --face PICTURE or --emotion instead")
    return f"/dev/video{settings.camera} is there; --camera switches it on for a frame"


def _camera(settings: Settings) -> str:
    from mien.vision.camera import camera_frames

    frames = camera_frames(settings.camera)
    _, frame = next(frames)
    return f"gives {frame.shape[1]} x {frame.shape[0]} pixels"


_CHECKS: tuple[tuple[str, bool, Callable[[Settings], str]], ...] = (
    ("python", True, _python),
    ("settings", True, _settings_in_force),
    ("disk", True, _disk),
    ("database", True, _database),
    ("emotion model", True, _emotion_network),
    ("mood model", True, _mood_network),
    ("decoder", True, _decoder),
    ("sound", False, _sound),
    ("camera device", False, _camera_device),
    ("training", False, _training),
)
