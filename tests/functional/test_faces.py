"""``mien face`` on real and on hostile files."""

import struct
import zlib
from shutil import copy

import av
import numpy as np
import pytest
from PIL import Image

EMOTIONS = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}


def test_the_photograph_has_one_happy_face(mien, photograph):
    answer = mien("face", photograph, "--json")
    (line,) = answer.json
    (face,) = line["faces"]
    assert answer.code == 0
    assert (line["file"], line["width"], line["height"], line["error"]) == (str(photograph), 512, 512, None)
    assert face["emotion"] == "happy"
    assert face["certain"] is True
    assert face["reason"] is None
    assert set(face["probabilities"]) == EMOTIONS
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert face["confidence"] == max(face["probabilities"].values())
    assert face["valence"] > 0.3
    x, y, width, height = face["box"]
    assert 100 < x < 220
    assert 30 < y < 120
    assert 60 < width < 160
    assert width == height


def test_people_read_the_same_as_programs(mien, photograph):
    answer = mien("face", photograph)
    assert answer.code == 0
    assert "1 face" in answer.out
    assert "happy" in answer.out


def test_a_bad_picture_gets_one_line_and_the_rest_goes_on(mien, photograph, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    content = photograph.read_bytes()
    copy(photograph, folder / "a-good.jpg")
    (folder / "b-corrupt.jpg").write_bytes(content[:200] + bytes(4000) + content[4200:9000])
    (folder / "c-empty.png").write_bytes(b"")
    (folder / "d-truncated.jpg").write_bytes(content[: len(content) // 2])
    (folder / "e-text.png").write_text("not a picture")
    (folder / "f-huge.png").write_bytes(_png_header(60_000, 60_000))
    copy(photograph, folder / "g-mislabelled.png")
    Image.new("RGB", (80, 80), "green").save(folder / "h-no-face.png")
    answer = mien("face", folder, "--json")
    lines = {line["file"].rsplit("/", 1)[1]: line for line in answer.json}
    assert answer.code == 0
    assert len(lines) == 8
    assert {name for name, line in lines.items() if line["error"] is None} == {
        "a-good.jpg",
        "g-mislabelled.png",
        "h-no-face.png",
    }
    assert lines["h-no-face.png"]["faces"] == []
    assert "empty" in lines["c-empty.png"]["error"]
    assert "too large" in lines["f-huge.png"]["error"]
    for line in lines.values():
        assert line["error"] is None or "\n" not in line["error"]


def test_exit_is_1_when_no_file_could_be_read(mien, tmp_path):
    (tmp_path / "x.jpg").write_bytes(b"no")
    answer = mien("face", tmp_path / "x.jpg", tmp_path / "y.jpg")
    assert answer.code == 1
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 2


def test_a_cropped_picture_is_one_face_as_a_whole(mien, photograph, tmp_path):
    Image.open(photograph).crop((177, 66, 272, 161)).save(tmp_path / "crop.png")
    (line,) = mien("face", tmp_path / "crop.png", "--cropped", "--json").json
    (face,) = line["faces"]
    assert face["box"] == [0, 0, 95, 95]
    assert face["emotion"] == "happy"


def test_a_video_gets_one_line_a_frame_with_its_time(mien, photograph, tmp_path):
    picture = np.asarray(Image.open(photograph).convert("RGB"))
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 512, 512, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    lines = mien("face", path, "--every", "2", "--json").json
    assert [line["time_s"] for line in lines] == [0.0, 0.2, 0.4]
    assert all(line["faces"][0]["emotion"] == "happy" for line in lines)


def test_where_there_is_no_camera_the_error_says_so(mien, tmp_path):
    answer = mien("face", "--camera", "--camera-index", "97")
    assert answer.code == 1
    assert answer.err.startswith("mien: camera 97 does not open")
    assert len(answer.err.splitlines()) == 1


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
