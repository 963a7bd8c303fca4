"""Pictures from files: checked before they are decoded, upright, as RGB; and their grey levels."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mien.errors import ImageError
from mien.sentences import Sentence, fault_of, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_PIXELS = 128_000_000
LARGEST_BYTES = 256 * 1024 * 1024
SUFFIXES = frozenset(".jpg .jpeg .jpe .png .webp .bmp .tif .tiff .gif .ppm .pgm .pnm .avif .jp2".split())
# Pillow can open formats that start other programs (PostScript); only these are let through.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM", "AVIF", "JPEG2000")
_DEEP_MODES = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I", "F"})

Image.init()


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture's grey levels, shape ``[height, width]``; a grey picture itself."""
    if picture.ndim == 2:  # noqa: PLR2004
        return picture
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def read_picture(source: Path | bytes) -> NDArray[np.uint8]:
    """Decode a picture to upright RGB.

    EXIF orientation is honoured; grey, 16-bit, palette, alpha (over white) and CMYK pictures become 8-bit
    RGB; of an animation the first frame is taken.

    Args:
        source: a file, or the content of one.

    Returns:
        Shape ``[height, width, 3]``, uint8.

    Raises:
        ImageError: it is not a picture, is damaged or cut short, or is larger than 128 megapixels.
    """
    name = str(source) if isinstance(source, Path) else "the picture"
    content = _content(source) if isinstance(source, Path) else source
    if not content:
        raise ImageError(say("picture_empty", "{file} is empty", file=name))
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata and of large pictures; the size is checked here.
            warnings.simplefilter("ignore")
            return _decode(name, content)
    except ImageError:
        raise
    except Image.DecompressionBombError:
        raise ImageError(_too_large(name)) from None
    except UnidentifiedImageError:
        raise ImageError(
            say(
                "picture_unknown",
                "{file} is not a picture that Mien reads (JPEG, PNG, WebP, TIFF, ...)",
                file=name,
            )
        ) from None
    except MemoryError:
        raise ImageError(say("picture_memory", "{file} needs more memory than there is", file=name)) from None
    except Exception as error:  # noqa: BLE001  (decoders of hostile files raise anything)
        raise ImageError(
            say("picture_damaged", "{file} is damaged or cut short ({fault})", file=name, fault=str(error))
        ) from None


def _too_large(name: str) -> Sentence:
    return say(
        "picture_many_pixels",
        "{file} is too large: more than {megapixels} megapixels",
        file=name,
        megapixels=LARGEST_PIXELS // 1_000_000,
    )


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ImageError(
                say("no_file", "{file} is not a file", file=str(path))
                if path.exists()
                else say("file_missing", "{file} does not exist", file=str(path))
            )
        if path.stat().st_size > LARGEST_BYTES:
            mib = LARGEST_BYTES >> 20
            raise ImageError(
                say("file_too_large", "{file} is larger than {mib} MiB", file=str(path), mib=mib)
            )
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            say("cannot_read", "cannot read {file}: {fault}", file=str(path), fault=fault_of(error))
        ) from None


def _decode(name: str, content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        width, height = image.size
        if width * height > LARGEST_PIXELS:
            raise ImageError(
                say(
                    "picture_huge",
                    "{file} is too large: {width}x{height} pixels; Mien reads up to {megapixels} megapixels",
                    file=name,
                    width=width,
                    height=height,
                    megapixels=LARGEST_PIXELS // 1_000_000,
                )
            )
        image.load()
        upright = ImageOps.exif_transpose(image)
    return np.asarray(_as_rgb(upright))


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP_MODES:
        return _deep_as_rgb(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")


def _deep_as_rgb(image: Image.Image) -> Image.Image:
    """Scale to 8 bits: 16-bit integers by their range, wider ones and real numbers by their own."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0)
    top = max(float(values.max(initial=0)), 1.0 if image.mode == "F" else 65535.0)
    scaled = np.clip(values / top, 0, 1) * 255
    return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")
