"""``mien recommend`` and ``mien play``: songs for this moment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from mien.cli.app import (
    CameraIndexOption,
    EmotionArtifactOption,
    JsonOption,
    ListenerOption,
    MinutesOption,
    PolicyOption,
    SeedOption,
    ToOption,
    open_mien,
)
from mien.cli.output import console, escaped, print_json, queue_json, reading_line, show_queue
from mien.domain import Emotion, Listen, Mood, PolicyName
from mien.errors import DecodingError, SoundError

if TYPE_CHECKING:
    from mien.audio.playback import Player
    from mien.core import Mien
    from mien.domain import Track
    from mien.usecases.answers import Queue

EmotionOption = Annotated[
    Emotion | None, typer.Option("--emotion", help="The emotion, said rather than read.")
]
FaceOption = Annotated[Path | None, typer.Option("--face", help="A picture of your face.")]


# How many songs a journey takes where nothing else is said.
_JOURNEY = 12


class _Draw(NamedTuple):
    policy: PolicyName | None
    n: int
    to: Mood | None = None
    minutes: float | None = None
    seed: int | None = None


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(recommend)
    app.command()(play)


def recommend(
    *,
    emotion: EmotionOption = None,
    face: FaceOption = None,
    camera: Annotated[bool, typer.Option("--camera", help="Look at the camera for three seconds.")] = False,
    policy: PolicyOption = None,
    to: ToOption = None,
    minutes: MinutesOption = None,
    n: Annotated[int | None, typer.Option("-n", min=1, max=2000, help="How many songs; 20.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the list as m3u8 for any player.")] = None,
    seed: SeedOption = None,
    listener: ListenerOption = None,
    camera_index: CameraIndexOption = None,
    emotion_artifact: EmotionArtifactOption = None,
    json: JsonOption = False,
) -> None:
    """Make a playlist for this moment, from your face or from an emotion that you name.

    Example: mien recommend --face me.jpg --out now.m3u8

    Example: mien recommend --emotion sad --policy journey --to happy --minutes 45
    """
    if (emotion is not None) + (face is not None) + camera != 1:
        raise typer.BadParameter("give one of --emotion, --face and --camera")
    with open_mien(listener=listener, camera=camera_index, emotion_artifact=emotion_artifact) as mien:
        most = n or (20 if minutes is None else 2000)
        queue = _choose(mien, emotion, face, _Draw(policy, most, to, minutes, seed))
    if out is not None:
        write_m3u8(out, queue)
    if json:
        print_json(queue_json(queue))
        return
    show_queue(queue)
    if out is not None:
        console().print(f"Written to {escaped(str(out))}")


def _choose(mien: Mien, emotion: Emotion | None, face: Path | None, draw: _Draw) -> Queue:
    """A playlist for an emotion that is named, for a picture, or else for a glance at the camera."""
    reading = None
    if emotion is None:
        reading = mien.glance() if face is None else mien.reading_of_picture(face)
    return mien.listening.recommend(
        mien.listener,
        emotion=emotion,
        reading=reading,
        policy=draw.policy,
        n=draw.n,
        to=draw.to,
        minutes=draw.minutes,
        seed=draw.seed,
    )


def write_m3u8(out: Path, queue: Queue) -> None:
    """Write a playlist's songs for any player."""
    from mien.interop.playlists import PlaylistEntry, write_m3u8

    write_m3u8(out, [PlaylistEntry.of(chosen.track) for chosen in queue.recommended.tracks])


def play(
    *,
    emotion: EmotionOption = None,
    face: FaceOption = None,
    policy: PolicyOption = None,
    to: ToOption = None,
    songs: Annotated[int | None, typer.Option("--songs", min=1, help="Stop after so many songs.")] = None,
    volume: Annotated[float, typer.Option("--volume", min=0, max=1, help="0 to 1.")] = 1.0,
    listener: ListenerOption = None,
    camera_index: CameraIndexOption = None,
    emotion_artifact: EmotionArtifactOption = None,
) -> None:
    """Look, choose a song of the right mood, play it to its end, and again.

    The camera is on for a moment between songs only. Ctrl-C ends it. Where the machine has no sound, the
    songs that would be played are listed.

    Example: mien play
    """
    from mien.audio.playback import Player

    with open_mien(listener=listener, camera=camera_index, emotion_artifact=emotion_artifact) as mien:
        player, played = Player(volume=volume), 0
        while songs is None or played < songs:
            if emotion is None and face is None:
                console().print("camera on for a moment")
            # A journey is planned anew from each reading, for the songs that are left of it.
            left = 1 if to is None else (songs or _JOURNEY) - played
            queue = _choose(mien, emotion, face, _Draw(policy, max(1, left), to))
            if not queue.recommended.tracks:
                show_queue(queue)
                raise typer.Exit(1)
            if not _play_one(mien, player, queue):
                show_queue(_choose(mien, emotion, face, _Draw(policy, songs or 20, to)))
                return
            played += 1


def _play_one(mien: Mien, player: Player, queue: Queue) -> bool:
    """Play the one song of a playlist; False where the machine cannot play sound."""
    chosen = queue.recommended.tracks[0]
    terminal = console()
    if queue.reading is not None:
        terminal.print(escaped(reading_line(queue.reading)))
    terminal.print(f"[bold]{escaped(_name(chosen.track))}[/bold]  {escaped(chosen.why)}")
    started_at, played_s = datetime.now().astimezone(), 0.0

    def heard(seconds: float) -> None:
        nonlocal played_s
        played_s = seconds

    try:
        player.play(chosen.track.path, on_progress=heard)
    except SoundError as error:
        console(stderr=True).print(f"{escaped(str(error))}; this is what Mien would play:")
        return False
    except DecodingError as error:
        console(stderr=True).print(f"[red]{escaped(str(error))}[/red]")
    finally:
        if played_s > 0:
            listen = Listen(chosen.track.id, started_at, played_s, queue.policy, queue.reading_id)
            mien.listening.heard(mien.listener, listen)
    return True


def _name(track: Track) -> str:
    return f"{track.title} - {track.tags.artist}" if track.tags.artist else track.title
