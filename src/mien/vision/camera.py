"""Frames from a camera or from a video file. No frame is ever stored."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import av
import av.error
import cv2
import cv2.utils.logging
import numpy as np

from mien.errors import CameraError, ImageError
from mien.vision.pictures import LARGEST_PIXELS

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from numpy.typing import NDArray

VIDEO_SUFFIXES = frozenset(".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .mjpeg .y4m .3gp .ogv".split())
_WHITELISTS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpeg,mpegts,mjpeg,yuv4mpegpipe,ogg,3gp",
}
# Within this a camera that was unplugged, or that another program took, is noticed.
PATIENCE_S = 2.0
_QUARTER_TURNS = {90: 1, 180: 2, 270: 3}


def camera_frames(index: int) -> Generator[tuple[float, NDArray[np.uint8]]]:
    """Frames of a camera until the caller stops asking; the camera is on only meanwhile.

    Args:
        index: which camera, counted from 0.

    Yields:
        Seconds since the first frame, and the frame: shape ``[height, width, 3]``, RGB.

    Raises:
        CameraError: there is none, it may not be used, or it stopped giving frames.
    """
    # OpenCV would tell its troubles on stderr; they are told here.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(index)
    try:
        if not capture.isOpened():
            raise CameraError(
                f"camera {index} does not open: is one plugged in, allowed, and not in use elsewhere?"
            )
        started = last = time.monotonic()
        while True:
            given, frame = capture.read()
            now = time.monotonic()
            if given:
                last = now
                yield now - started, np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)
            elif now - last > PATIENCE_S:
                raise CameraError(f"camera {index} gives no more frames: was it unplugged?")
            else:
                time.sleep(0.02)
    finally:
        capture.release()


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
