"""Playing files aloud, by miniaudio: every format that ``decode`` reads, in stereo."""

from __future__ import annotations

import os
import queue
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import miniaudio
import numpy as np

from mien.audio.decode import decode
from mien.errors import DecodingError, SoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_SAMPLE_RATE_HZ = 48_000  # what most devices run at; FFmpeg resamples better than a device does
_PERIOD_S = 0.1  # how much a device asks for at once
_TAIL_S = 0.3  # a device may hold three periods: the silence that pushes the last of a song out of it
_BLOCKS_AHEAD = 8  # of about 1.4 s each: a hiccup of the disk is not heard
_LOOK_S = 0.05  # how often to see whether to stop
_LONGEST_QUIET_S = 5.0  # a device that asks for nothing for so long is gone


class Player:
    """Plays one file at a time on the machine's sound device.

    ``play`` blocks; ``stop`` and ``volume`` may be used from other threads meanwhile.

    Args:
        volume: factor on the samples, 0 (silence) to 1 (as recorded).
        backend: ``"device"``, or ``"null"`` for a pretended one that takes sound as fast as it would play.
    """

    def __init__(self, *, volume: float = 1.0, backend: Literal["device", "null"] = "device") -> None:
        null = miniaudio.Backend.NULL
        self._backends = [b for b in miniaudio.Backend if (b is null) == (backend == "null")]
        self._stopped = threading.Event()
        self.volume = volume

    @property
    def volume(self) -> float:
        """Factor on the samples, 0 to 1."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(volume, 0.0), 1.0)

    def stop(self) -> None:
        """End the file that is playing; nothing happens where none is."""
        self._stopped.set()

    def open_device(self) -> None:
        """Open the device and close it again, to see whether there is one that takes sound.

        Raises:
            SoundError: there is none.
        """
        with _sounding(_Feed(lambda: 0.0), self._backends):
            pass

    def play(self, path: Path, *, on_progress: Callable[[float], None] | None = None) -> float:
        """Play a file to its end, or until ``stop``.

        Args:
            path: the file.
            on_progress: told several times a second, in this thread, how many seconds have been played.

        Returns:
            How much was played, in seconds.

        Raises:
            DecodingError: the file cannot be read, or is too damaged; what could be decoded was played.
            SoundError: there is no device, or it went away.
        """
        self._stopped.clear()
        feed = _Feed(lambda: self._volume)
        with (
            closing(decode(path, sample_rate_hz=_SAMPLE_RATE_HZ, channels=2)) as blocks,
            _sounding(feed, self._backends),
        ):
            for _ in feed.fed_with(blocks):
                if on_progress is not None:
                    on_progress(feed.played_s)
                if self._stopped.is_set():
                    break
        return feed.played_s


class _Feed:
    """What lies between the decoder, in the player's thread, and the device, in a thread of its own."""

    def __init__(self, volume: Callable[[], float]) -> None:
        self._volume = volume
        self._blocks: queue.Queue[np.ndarray | None] = queue.Queue(_BLOCKS_AHEAD)  # None ends them
        self._rest = np.empty((0, 2), np.float32)
        self._ended = False
        self._finished = threading.Event()
        self._frames_played = 0
        self._asked_at = time.monotonic()

    @property
    def played_s(self) -> float:
        return self._frames_played / _SAMPLE_RATE_HZ

    def fed_with(self, blocks: Iterator[np.ndarray]) -> Iterator[None]:
        """Pass the blocks on until the last has been played; yields whenever there is time to look around."""
        damage = None
        try:
            for block in blocks:
                yield from self._handed_over(block)
        except DecodingError as error:  # raised when what came before it has been heard
            damage = error
        yield from self._handed_over(None)
        while not self._finished.wait(_LOOK_S):
            self._require_device()
            yield
        if damage is not None:
            raise damage

    def _handed_over(self, block: np.ndarray | None) -> Iterator[None]:
        while True:
            self._require_device()
            yield
            with suppress(queue.Full):
                self._blocks.put(block, timeout=_LOOK_S)
                return

    def _require_device(self) -> None:
        if time.monotonic() - self._asked_at > _LONGEST_QUIET_S:
            raise SoundError("the sound device has stopped taking sound; check that it is still connected")

    def asked_for(self) -> Generator[bytes, int, None]:
        """The device's side: sent how many frames it wants, yields them as interleaved float32."""
        wanted = yield b""
        tail = round(_TAIL_S * _SAMPLE_RATE_HZ)
        while tail > 0:
            self._asked_at = time.monotonic()
            sound = self._taken(wanted)
            self._frames_played += len(sound)
            if self._ended:
                tail -= wanted - len(sound)
            frames = np.zeros((wanted, 2), np.float32)
            frames[: len(sound)] = sound * np.float32(self._volume())
            wanted = yield frames.tobytes()
        self._finished.set()

    def _taken(self, wanted: int) -> np.ndarray:
        """As many frames as are wanted, or as there are, shape ``[n, 2]``."""
        while len(self._rest) < wanted and not self._ended:
            try:
                block = self._blocks.get_nowait()
            except queue.Empty:
                break
            if block is None:
                self._ended = True
            else:
                self._rest = np.concatenate([self._rest, block])
        sound, self._rest = self._rest[:wanted], self._rest[wanted:]
        return sound


@contextmanager
def _sounding(feed: _Feed, backends: list[miniaudio.Backend]) -> Iterator[None]:
    """A sound device that plays what it asks ``feed`` for, until the end of the block."""
    frames = feed.asked_for()
    next(frames)
    try:
        with _quiet_stderr():
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=_SAMPLE_RATE_HZ,
                buffersize_msec=round(1000 * _PERIOD_S),
                backends=backends,
                app_name="Mien",
            )
            device.start(frames)
    except miniaudio.MiniaudioError:
        raise SoundError("there is no sound device to play on; connect one or switch it on") from None
    try:
        yield
    finally:
        device.close()


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Sound systems' C libraries print pages of their own where there is no device."""
    saved = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
