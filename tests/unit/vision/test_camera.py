"""Frames of real video files, upright and in time, and of cameras that are not there."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import struct
import threading
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from PIL import Image

import mien.demo
from mien.errors import CameraError, ImageError
from mien.vision import camera
from mien.vision.camera import camera_frames, video_frames
from mien.vision.detect import HaarDetector
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PHOTOGRAPH = Path(mien.demo.__file__).parent / "photograph.jpg"
WIDTH, HEIGHT, RATE = 160, 120, 10
# What turns a picture clockwise when it is shown: a, b, c, d of the track's matrix (ISO 14496-12, 8.3.2).
MATRICES = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@pytest.fixture(scope="module")
def film(portrait: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Ten frames of the portrait; a block in the top left corner tells each one's number."""
    frames = [portrait.copy() for _ in range(10)]
    for number, frame in enumerate(frames):
        frame[:32, :32] = 16 * number
    return frames


@pytest.fixture(scope="module")
def portrait() -> NDArray[np.uint8]:
    image = Image.open(PHOTOGRAPH).convert("RGB").crop((96, 8, 352, 200))
    return np.asarray(image.resize((WIDTH, HEIGHT)), dtype=np.uint8)


def number_in(frame: NDArray[np.uint8]) -> int:
    return round(float(frame[8:24, 8:24].mean()) / 16)


def mean_difference(frame: NDArray[np.uint8], original: NDArray[np.uint8]) -> float:
    assert frame.shape == original.shape
    return float(np.abs(frame.astype(int) - original).mean())


def write(
    path: Path,
    frames: Sequence[NDArray[np.uint8]],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    *,
    title: str = "",
) -> Path:
    with av.open(path, "w") as container:
        container.metadata["title"] = title
        stream = container.add_stream(codec, rate=RATE)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


def truncated(path: Path) -> Path:
    """A recording of ten frames, cut at six tenths; the frames do not compress, so that six are in it."""
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    content = write(path, [noise] * 10, "mjpeg", "yuvj420p").read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.m4v", "mpeg4", "yuv420p"),
        ("a.mov", "libx264", "yuv444p"),
        ("a.webm", "libvpx", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.mkv", "ffv1", "yuv420p10le"),
        ("a.mkv", "rawvideo", "nv12"),
        ("a.mkv", "rawvideo", "yuyv422"),
        ("a.mkv", "ffv1", "yuv422p10le"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.mov", "png", "rgba"),
        ("a.y4m", "wrapped_avframe", "yuv420p"),
    ],
)
def test_gives_every_frame_in_order_with_its_time(
    tmp_path: Path, film: list[NDArray[np.uint8]], name: str, codec: str, pixels: str
):
    answer = list(video_frames(write(tmp_path / name, film, codec, pixels)))
    assert [number_in(frame) for _, frame in answer] == list(range(10))
    assert [time_s for time_s, _ in answer] == pytest.approx([n / RATE for n in range(10)], abs=0.002)
    for (_, frame), original in zip(answer, film, strict=True):
        assert frame.dtype == np.uint8
        assert frame.flags.c_contiguous
        assert mean_difference(frame, original) < 14


def test_grey_video_becomes_rgb(tmp_path: Path, portrait: NDArray[np.uint8]):
    _, frame = next(video_frames(write(tmp_path / "a.mkv", [portrait], "ffv1", "gray")))
    assert frame.shape == portrait.shape
    assert (frame[..., 0] == frame[..., 2]).all()


@pytest.mark.parametrize(
    "pixels",
    ["yuyv422", "uyvy422", "nv12", "yuv420p10le", "p010le", "yuv422p10le", "rgba", "bgr0", "bgr24", "gray"],
)
def test_every_pixel_format_that_cameras_give_becomes_rgb(portrait: NDArray[np.uint8], pixels: str):
    picture = np.repeat(portrait.mean(axis=2, keepdims=True), 3, axis=2) if pixels == "gray" else portrait
    given = av.VideoFrame.from_ndarray(portrait, format="rgb24").reformat(format=pixels)
    frame = camera._upright(given)
    assert frame.dtype == np.uint8
    assert mean_difference(frame, picture.astype(np.uint8)) < 14


def test_variable_rate_keeps_each_frames_own_time(tmp_path: Path, portrait: NDArray[np.uint8]):
    times_ms = [0, 40, 50, 400, 1400, 1433]
    with av.open(tmp_path / "a.mkv", "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.height, stream.width = portrait.shape[:2]
        stream.codec_context.time_base = Fraction(1, 1000)
        for time_ms in times_ms:
            frame = av.VideoFrame.from_ndarray(portrait, format="rgb24")
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert [time_s for time_s, _ in video_frames(tmp_path / "a.mkv")] == pytest.approx(
        [time_ms / 1000 for time_ms in times_ms], abs=0.002
    )


@pytest.mark.parametrize(("every", "numbers"), [(2, [0, 2, 4, 6, 8]), (3, [0, 3, 6, 9]), (50, [0])])
def test_gives_every_second_third_or_later_frame(
    tmp_path: Path, film: list[NDArray[np.uint8]], every: int, numbers: list[int]
):
    answer = list(video_frames(write(tmp_path / "a.mp4", film), every))
    assert [number_in(frame) for _, frame in answer] == numbers
    assert [time_s for time_s, _ in answer] == pytest.approx([n / RATE for n in numbers], abs=0.002)


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_stands_upright_whatever_way_the_phone_was_held(
    tmp_path: Path, portrait: NDArray[np.uint8], clockwise: int
):
    lying = np.ascontiguousarray(np.rot90(portrait, clockwise // 90))
    path = write(tmp_path / "a.mp4", [lying])
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 4 + 20 + 16  # after version 0's times, layer and volume
    a, b, c, d = (value << 16 for value in MATRICES[clockwise])
    content[matrix : matrix + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    ((_, frame),) = video_frames(path)
    assert frame.flags.c_contiguous
    assert mean_difference(frame, portrait) < 14


def test_face_of_a_photograph_is_found_in_a_video_of_it(tmp_path: Path):
    photograph = read_picture(PHOTOGRAPH)[:300, :400]
    _, frame = next(video_frames(write(tmp_path / "a.webm", [photograph] * 2, "libvpx")))
    assert len(HaarDetector().detect(frame)) == 1


def test_frames_may_change_their_size_midway(tmp_path: Path):
    path = tmp_path / "a.mjpeg"
    path.write_bytes(jpeg(64, 48) * 2 + jpeg(96, 48) * 2)
    assert [f.shape for _, f in video_frames(path)] == [(48, 64, 3)] * 2 + [(48, 96, 3)] * 2


def jpeg(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("L", (width, height), 90).save(content, "JPEG")
    return content.getvalue()


def test_frame_that_grows_huge_midway_ends_the_video_undecoded(tmp_path: Path):
    path = tmp_path / "a.mjpeg"
    path.write_bytes(jpeg(64, 48) * 3 + jpeg(12_000, 12_000))
    frames = video_frames(path)
    assert [next(frames)[1].shape for _ in range(3)] == [(48, 64, 3)] * 3
    with pytest.raises(ImageError, match=r"a\.mjpeg is damaged: no frame can be read after"):
        next(frames)


def test_video_of_huge_frames_is_refused_undecoded(tmp_path: Path):
    path = tmp_path / "a.y4m"
    path.write_bytes(b"YUV4MPEG2 W12000 H12000 F10:1 Ip A1:1 C420jpeg\nFRAME\n" + bytes(1000))
    with pytest.raises(ImageError, match=r"a\.y4m is too large: 12000x12000 pixels a frame"):
        list(video_frames(path))


@pytest.mark.parametrize("name", ["a.mkv", "a.mjpeg"])
def test_recording_that_stopped_early_gives_the_frames_that_are_there(tmp_path: Path, name: str):
    frames = [frame for _, frame in video_frames(truncated(tmp_path / name))]
    assert 4 <= len(frames) <= 6
    assert {frame.shape for frame in frames} == {(HEIGHT, WIDTH, 3)}


def test_damage_is_told_in_one_line_after_the_frames_before_it(tmp_path: Path):
    frames = video_frames(truncated(tmp_path / "a.avi"))
    assert [next(frames)[1].shape for _ in range(4)] == [(HEIGHT, WIDTH, 3)] * 4
    with pytest.raises(
        ImageError, match=r"a\.avi is damaged: no frame can be read after 0\.\d\d s"
    ) as caught:
        list(frames)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_file_cut_before_its_index_is_damaged_in_one_line(
    tmp_path: Path, film: list[NDArray[np.uint8]], share: float
):
    path = write(tmp_path / "a.mp4", film)  # the index comes last
    path.write_bytes(path.read_bytes()[: round(path.stat().st_size * share)])
    with pytest.raises(ImageError, match=r"a\.mp4 is not a video that Mien reads, or is damaged") as caught:
        list(video_frames(path))
    assert "\n" not in str(caught.value)


def test_recording_without_pictures_says_so(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 44_100
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    with pytest.raises(ImageError, match=r"a\.mp4 holds no video"):
        list(video_frames(path))


def test_video_without_a_frame_says_so(tmp_path: Path):
    path = tmp_path / "a.y4m"
    path.write_bytes(b"YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420jpeg\n")
    with pytest.raises(ImageError, match=r"a\.y4m holds no frame"):
        list(video_frames(path))


def test_missing_file_folder_and_text_are_told_apart(tmp_path: Path):
    (tmp_path / "text.mp4").write_text("Dear diary, today I smiled.\n" * 50)
    for path, said in (
        (tmp_path / "gone.mp4", "does not exist"),
        (tmp_path, "is not a file"),
        (tmp_path / "text.mp4", "is not a video that Mien reads"),
        (tmp_path / ("a" * 300 + ".mp4"), "is not a video .*name too long"),
    ):
        with pytest.raises(ImageError, match=said):
            list(video_frames(path))


def test_playlist_that_names_other_files_is_refused(tmp_path: Path, film: list[NDArray[np.uint8]]):
    write(tmp_path / "a.mp4", film)
    (tmp_path / "list.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'a.mp4'}\n")
    (tmp_path / "concat.mp4").write_text("ffconcat version 1.0\nfile a.mp4\n")
    for name in ("list.mp4", "concat.mp4"):
        with pytest.raises(ImageError, match="is not a video that Mien reads"):
            list(video_frames(tmp_path / name))


def test_title_in_an_unknown_encoding_does_not_matter(tmp_path: Path, film: list[NDArray[np.uint8]]):
    path = write(tmp_path / "a.mkv", film, title="SMILES")
    content = path.read_bytes()
    assert b"SMILES" in content
    path.write_bytes(content.replace(b"SMILES", b"SM\xff\xfeES"))
    assert len(list(video_frames(path))) == 10


def test_name_that_is_neither_text_nor_tame_opens(tmp_path: Path, film: list[NDArray[np.uint8]]):
    path = tmp_path / os.fsdecode(b"http:%41 \xff?#.mp4")
    write(tmp_path / "a.mp4", film).rename(path)
    assert len(list(video_frames(path))) == 10


def test_broken_files_write_nothing_on_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    path = truncated(tmp_path / "a.avi")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :: 50] = bytes(len(content[len(content) // 2 :: 50]))
    path.write_bytes(content)
    with contextlib.suppress(ImageError):
        list(video_frames(path))
    assert capfd.readouterr() == ("", "")


def test_camera_that_is_not_there_is_an_error_with_a_hint_and_nothing_on_stderr(
    capfd: pytest.CaptureFixture[str],
):
    with pytest.raises(CameraError, match="camera 99 does not open: is one plugged in"):
        next(camera_frames(99))
    assert capfd.readouterr() == ("", "")


def test_camera_that_stops_giving_frames_is_an_error(
    tmp_path: Path, film: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
):
    """OpenCV opens a recording as it opens a camera; at its end it gives no more, as if unplugged."""
    monkeypatch.setattr(camera, "PATIENCE_S", 0.1)
    recording = str(write(tmp_path / "a.avi", film, "mjpeg", "yuvj420p"))
    frames = camera_frames(recording)  # type: ignore[arg-type]
    given = [next(frames) for _ in range(10)]
    assert [number_in(frame) for _, frame in given] == list(range(10))
    times_s = [time_s for time_s, _ in given]
    assert times_s == sorted(times_s)
    assert 0 <= times_s[0] < times_s[-1]
    with pytest.raises(CameraError, match="gives no more frames: was it unplugged"):
        next(frames)


class Cable:
    """A camera of three frames whose driver, once it is unplugged, waits until it is plugged in again."""

    def __init__(self) -> None:
        self.plugged_in = threading.Event()
        self.released = threading.Event()
        self.frames = 3

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        if self.frames == 0:
            self.plugged_in.wait(30)
            return False, None
        self.frames -= 1
        return True, np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    def release(self) -> None:
        self.released.set()


def test_camera_whose_driver_waits_for_ever_is_an_error_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(camera, "PATIENCE_S", 0.2)
    monkeypatch.setattr(camera, "_RELEASE_S", 0.05)
    cable = Cable()
    frames = camera_frames(0, lambda _: cable)
    assert [frame.shape for _, frame in itertools.islice(frames, 3)] == [(HEIGHT, WIDTH, 3)] * 3
    with pytest.raises(CameraError, match="camera 0 gives no more frames: was it unplugged"):
        next(frames)
    cable.plugged_in.set()  # the thread that was left with it ends, and lets the camera go
    assert cable.released.wait(5)


def test_patience_with_a_camera_is_less_than_two_seconds():
    assert camera.PATIENCE_S < 2


def test_camera_goes_off_when_the_caller_stops():
    cable = Cable()
    frames = camera_frames(0, lambda _: cable)
    next(frames)
    assert not cable.released.is_set()
    frames.close()
    assert cable.released.is_set()
    assert cable.frames >= 1  # nothing is read ahead of the caller but one frame


def test_camera_gives_rgb_and_not_opencvs_bgr(tmp_path: Path):
    red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    red[..., 0] = 220
    recording = str(write(tmp_path / "a.avi", [red], "mjpeg", "yuvj420p"))
    _, frame = next(camera_frames(recording))  # type: ignore[arg-type]
    red_level, _, blue_level = frame.mean(axis=(0, 1))
    assert red_level > 180
    assert blue_level < 60
