"""Frames from a camera or from a video file. No frame is ever stored."""

from __future__ import annotations

import time
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Protocol

import av
import av.error
import cv2
import cv2.utils.logging
import numpy as np

from mien.errors import CameraError, ImageError
from mien.vision.pictures import LARGEST_PIXELS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from numpy.typing import NDArray

VIDEO_SUFFIXES = frozenset(".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .mjpeg .y4m .3gp .ogv".split())
_WHITELISTS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpeg,mpegts,mjpeg,yuv4mpegpipe,ogg,3gp",
}
# Within this a camera that was unplugged, or that another program took, is noticed.
PATIENCE_S = 1.8
# A camera takes a while to warm up before its first frame.
FIRST_PATIENCE_S = 10.0
_RETRY_S = 0.02
_RELEASE_S = 0.5
_QUARTER_TURNS = {90: 1, 180: 2, 270: 3}


class Capture(Protocol):
    """What OpenCV gives for a camera."""

    def isOpened(self) -> bool:  # noqa: N802  (OpenCV's name)
        """Whether it can be asked for frames."""

    def read(self) -> tuple[bool, Any]:
        """Whether there is a frame, and it: shape ``[height, width, 3]``, BGR. May never return."""

    def release(self) -> None:
        """Turn it off."""


def camera_frames(
    index: int, opened: Callable[[int], Capture] = cv2.VideoCapture
) -> Generator[tuple[float, NDArray[np.uint8]]]:
    """Frames of a camera until the caller stops asking; the camera is on only meanwhile.

    Args:
        index: which camera, counted from 0.
        opened: opens it.

    Yields:
        Seconds since the first frame, and the frame: shape ``[height, width, 3]``, RGB.

    Raises:
        CameraError: there is none, it may not be used, or it stopped giving frames for ``PATIENCE_S``.
    """
    # OpenCV would tell its troubles on stderr; they are told here.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = opened(index)
    if not capture.isOpened():
        capture.release()
        raise CameraError(
            f"camera {index} does not open: is one plugged in, allowed, and not in use elsewhere?"
        )
    handover = _Handover()
    # A driver may wait for ever for a camera that was unplugged, so that it is asked apart, by a thread that
    # does not keep the program from ending.
    Thread(target=handover.fill, args=(capture,), name=f"camera {index}", daemon=True).start()
    try:
        started: float | None = None
        while (given := handover.take(PATIENCE_S if started is not None else FIRST_PATIENCE_S)) is not None:
            at, frame = given
            started = at if started is None else started
            yield at - started, np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)
        raise CameraError(
            f"camera {index} gives no more frames: was it unplugged, or taken by another program?"
        )
    finally:
        handover.stop()


class _Handover:
    """Frames of a camera, handed one by one from the thread that reads them to the one that uses them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: tuple[float, Any] | None = None
        self._stopped = False
        self._ended = False

    def fill(self, capture: Capture) -> None:
        """Read frames until told to stop; the camera goes off at the end, in the thread that used it."""
        try:
            last = time.monotonic()
            while not self._stopped:
                given, frame = capture.read()
                now = time.monotonic()
                if given:
                    last = now
                    with self._changed:
                        self._frame = (now, frame)
                        self._changed.notify()
                        self._changed.wait_for(lambda: self._frame is None or self._stopped)
                elif now - last > PATIENCE_S:
                    return
                else:
                    time.sleep(_RETRY_S)
        finally:
            capture.release()
            with self._changed:
                self._ended = True
                self._changed.notify()

    def take(self, patience_s: float) -> tuple[float, Any] | None:
        """The next frame and when it came; None if none comes in time, or ever."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended, patience_s)
            taken, self._frame = self._frame, None
            self._changed.notify()
            return taken

    def stop(self) -> None:
        """Turn the camera off; one that never answers is left to its thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
            self._changed.wait_for(lambda: self._ended, _RELEASE_S)


def video_frames(path: Path, every: int = 1) -> Generator[tuple[float, NDArray[np.uint8]]]:
    """Frames of a video file, upright.

    Args:
        path: a local file.
        every: 1 gives each frame, 2 each second one, and so on.

    Yields:
        The frame's time in seconds, and the frame: shape ``[height, width, 3]``, RGB.

    Raises:
        ImageError: it is not a video, holds no picture, is larger than Mien reads, or is damaged; the frames
            before the damage are given.
    """
    last_s: float | None = None
    try:
        if not path.is_file():
            raise ImageError(f"{path} is not a file" if path.exists() else f"{path} does not exist")
        with av.open(f"file:{path}", options=_WHITELISTS, metadata_errors="replace") as container:
            for number, frame in enumerate(container.decode(_picture_stream(path, container))):
                last_s = float(frame.time or 0.0)
                if number % every == 0:
                    yield last_s, _upright(frame)
    except (av.error.FFmpegError, OSError) as error:
        what = "is not a video that Mien reads, or is damaged"
        if last_s is not None:
            what = f"is damaged: no frame can be read after {last_s:.2f} s"
        raise ImageError(f"{path} {what} ({error.strerror})") from None
    if last_s is None:
        raise ImageError(f"{path} holds no frame")


def _picture_stream(path: Path, container: av.container.InputContainer) -> av.VideoStream:
    """The first video stream, set to refuse frames that are too large, wherever they come."""
    if not container.streams.video:
        raise ImageError(f"{path} holds no video")
    stream = container.streams.video[0]
    if stream.width * stream.height > LARGEST_PIXELS:
        raise ImageError(f"{path} is too large: {stream.width}x{stream.height} pixels a frame")
    stream.codec_context.options = {"max_pixels": str(LARGEST_PIXELS)}
    return stream


def _upright(frame: av.VideoFrame) -> NDArray[np.uint8]:
    turns = _QUARTER_TURNS.get(round(frame.rotation) % 360, 0)
    pixels = np.rot90(frame.to_ndarray(format="rgb24"), turns)
    return np.ascontiguousarray(pixels, dtype=np.uint8)
