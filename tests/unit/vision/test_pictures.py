"""Pictures whose pixels are known, in every form they come in, and files that mean harm."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from mien.errors import ImageError
from mien.vision.pictures import LARGEST_BYTES, LARGEST_PIXELS, SUFFIXES, read_picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ORIENTATION = 0x0112


def scene() -> NDArray[np.uint8]:
    """Wider than high, every corner another colour, so that no turn or mirror image looks the same."""
    pixels = np.full((32, 48, 3), 128, np.uint8)
    pixels[:16, :24], pixels[:16, 24:] = (250, 10, 10), (10, 250, 10)
    pixels[16:, :24], pixels[16:, 24:] = (10, 10, 250), (240, 240, 240)
    return pixels


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def stored_for(orientation: int, upright: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a camera stores so that its EXIF orientation makes it upright (EXIF 2.32, 4.6.4.A)."""
    return {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }[orientation](upright)


def assert_alike(answer: NDArray[np.uint8], wanted: NDArray[np.uint8], tolerance: int) -> None:
    assert answer.dtype == np.uint8
    assert answer.shape == wanted.shape
    assert np.abs(answer.astype(int) - wanted.astype(int)).max() <= tolerance


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_pictures_read_exactly(kind: str):
    assert_alike(read_picture(encoded(Image.fromarray(scene()), kind)), scene(), 0)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "JPEG2000"])
def test_lossy_pictures_read_closely(kind: str):
    options = {"quality": 95} if kind != "JPEG2000" else {}
    flat = scene()[8:16, 8:16]  # no edge, so that only rounding is lost
    wanted = np.broadcast_to(flat[0, 0], (64, 64, 3)).astype(np.uint8)
    assert_alike(read_picture(encoded(Image.fromarray(wanted), kind, **options)), wanted, 6)


def test_file_and_its_content_read_alike(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(Image.fromarray(scene()), "PNG"))
    np.testing.assert_array_equal(read_picture(path), read_picture(path.read_bytes()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_stands_upright_whatever_way_the_camera_was_held(orientation: int, kind: str):
    image = Image.fromarray(np.ascontiguousarray(stored_for(orientation, scene())))
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    options = (
        {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    )
    answer = read_picture(encoded(image, kind, exif=exif, **options))
    assert answer.shape == scene().shape
    for row, column in ((8, 12), (8, 36), (24, 12), (24, 36)):  # the middle of each colour
        assert_alike(answer[row, column], scene()[row, column], 8)


def test_damaged_exif_does_not_spoil_the_picture():
    content = encoded(Image.fromarray(scene()), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(20))
    assert read_picture(content).shape == scene().shape


def test_grey_becomes_three_equal_channels():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    answer = read_picture(encoded(Image.fromarray(levels), "PNG"))
    np.testing.assert_array_equal(answer, np.dstack([levels] * 3))


def test_one_bit_becomes_black_and_white():
    bits = np.arange(64).reshape(8, 8) % 3 == 0
    answer = read_picture(encoded(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(answer[..., 0], bits * 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_brightness(kind: str):
    levels = np.linspace(0, 65535, 256).reshape(16, 16).astype(np.uint16)
    answer = read_picture(encoded(Image.fromarray(levels), kind))
    assert_alike(answer, np.dstack([np.arange(256).reshape(16, 16)] * 3).astype(np.uint8), 1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("level", [100, 255, 256, 1000])
def test_dark_sixteen_bit_grey_stays_dark(level: int, kind: str):
    answer = read_picture(encoded(Image.fromarray(np.full((8, 8), level, np.uint16)), kind))
    assert answer.max() <= 4


def test_sixteen_bit_pgm_keeps_its_brightness():
    values = np.array([[0, 255, 32768, 65535]], dtype=">u2")
    answer = read_picture(b"P5 4 1 65535\n" + values.tobytes())
    np.testing.assert_array_equal(answer[0, :, 0], [0, 1, 128, 255])


def test_thirty_two_bit_integers_are_scaled_by_their_own_range():
    values = np.array([[0, 2**30, 2**31 - 1]], dtype=np.int32)
    answer = read_picture(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal(answer[0, :, 0], [0, 128, 255])


@pytest.mark.parametrize("top", [1.0, 200.0])
def test_floating_point_pictures_are_scaled_and_their_gaps_are_black(top: float):
    values = np.array([[0, top / 2, top, -1, np.nan]], dtype=np.float32)
    answer = read_picture(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal(answer[0, :, 0], [0, 128, 255, 0, 0])


def test_sixteen_bit_colour_keeps_its_colours():
    wide = scene().astype(">u2") * 257
    header = struct.pack(">IIBBBBB", 48, 32, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in wide)
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    assert_alike(read_picture(content), scene(), 1)


def test_transparent_parts_are_white_and_half_transparent_ones_half_so():
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[0, :, 0], pixels[0, :, 3] = 200, (255, 128, 0)
    answer = read_picture(encoded(Image.fromarray(pixels), "PNG"))
    assert_alike(answer, np.array([[[200, 0, 0], [227, 127, 127], [255, 255, 255]]], np.uint8), 1)


def test_grey_with_alpha_lies_over_white():
    pixels = np.array([[[40, 255], [40, 0]]], np.uint8)
    answer = read_picture(encoded(Image.fromarray(pixels), "PNG"))
    np.testing.assert_array_equal(answer[0, :, 0], [40, 255])


def test_palette_with_a_transparent_colour_lies_over_white():
    image = Image.new("P", (2, 1))
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.putpixel((1, 0), 1)
    answer = read_picture(encoded(image, "PNG", transparency=1))
    np.testing.assert_array_equal(answer, [[[200, 0, 0], [255, 255, 255]]])


def test_cmyk_jpeg_reads_in_its_colours():
    flat = Image.new("RGB", (32, 32), (200, 60, 60))
    answer = read_picture(encoded(flat.convert("CMYK"), "JPEG", quality=95))
    assert_alike(answer, np.asarray(flat), 8)


def test_of_an_animation_the_first_frame_is_taken():
    red, blue = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))
    answer = read_picture(encoded(red, "GIF", save_all=True, append_images=[blue]))
    np.testing.assert_array_equal(answer, np.asarray(red))


def test_jpeg_that_holds_several_pictures_gives_the_first():
    red, blue = Image.new("RGB", (32, 32), (255, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 255))
    answer = read_picture(encoded(red, "MPO", save_all=True, append_images=[blue]))
    assert_alike(answer, np.asarray(red), 3)


@pytest.mark.parametrize("size", [(60_000, 60_000), (12_000, 12_000)])
def test_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
):
    def never(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    assert size[0] * size[1] > LARGEST_PIXELS
    with pytest.raises(ImageError, match=r"the picture is too large.* 128 megapixels"):
        read_picture(png_that_claims(*size))


def test_file_of_more_bytes_than_any_picture_is_refused_unread(tmp_path: Path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)  # takes no room on the disk
    with pytest.raises(ImageError, match=r"huge\.jpg is larger than 256 MiB"):
        read_picture(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_truncated_picture_is_an_error_in_one_line(kind: str, share: float):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ImageError) as caught:
        read_picture(content[: round(share * len(content))])
    assert "\n" not in str(caught.value)


def test_flipped_bytes_never_raise_anything_but_an_image_error():
    rng = np.random.default_rng(2)
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"):
        whole = np.frombuffer(encoded(Image.fromarray(scene()), kind), np.uint8)
        for _ in range(40):
            bent = whole.copy()
            bent[rng.integers(0, len(bent), 5)] = rng.integers(0, 256, 5)
            with contextlib.suppress(ImageError):
                assert read_picture(bent.tobytes()).shape[2] == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jpg", b"", "empty.jpg is empty"),
        ("text.jpg", b"Dear diary, today I smiled.\n" * 50, "text.jpg is not a picture that Mien reads"),
        ("zeros.png", bytes(5000), "zeros.png is not a picture"),
        ("sound.jpg", b"RIFF\x24\0\0\0WAVEfmt ", "sound.jpg is not a picture"),
        ("program.jpg", b"%!PS-Adobe-3.0\nshowpage\n", "program.jpg is not a picture"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg is not a picture"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_named_so(tmp_path: Path, name: str, content: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImageError, match=said):
        read_picture(path)


def test_postscript_is_never_handed_to_an_interpreter():
    eps = encoded(Image.fromarray(scene()), "EPS")
    Image.open(io.BytesIO(eps)).close()  # Pillow would
    with pytest.raises(ImageError, match="is not a picture that Mien reads"):
        read_picture(eps)


def test_missing_file_and_folder_are_told_apart(tmp_path: Path):
    with pytest.raises(ImageError, match=r"gone\.jpg does not exist"):
        read_picture(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match=r"is not a file"):
        read_picture(tmp_path)


def test_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match=r"pipe\.jpg is not a file"):
        read_picture(tmp_path / "pipe.jpg")


def test_name_longer_than_the_system_allows_is_an_image_error(tmp_path: Path):
    with pytest.raises(ImageError, match=r"cannot read .*name too long"):
        read_picture(tmp_path / ("a" * 300 + ".jpg"))


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
def test_smallest_pictures_read(size: tuple[int, int]):
    answer = read_picture(encoded(Image.new("RGB", size, (1, 2, 3)), "PNG"))
    assert answer.shape == (size[1], size[0], 3)
    assert (answer == (1, 2, 3)).all()


def test_every_suffix_looked_for_in_folders_is_a_kind_that_reads(tmp_path: Path):
    for suffix in SUFFIXES:
        path = tmp_path / f"a{suffix}"
        Image.fromarray(scene()).convert("L" if suffix == ".pgm" else "RGB").save(path)
        assert read_picture(path).shape == scene().shape, suffix
