"""Files as answers: whole or in part (RFC 9110, range requests), and "not modified"."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import IO, TYPE_CHECKING

import anyio.to_thread
from starlette.responses import Response, StreamingResponse

from mien.errors import NotFoundError
from mien.sentences import say
from mien.web.problems import problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_BLOCK_BYTES = 256 * 1024
_MOST_DIGITS = 18
IMMUTABLE = "public, max-age=31536000, immutable"


class UnsatisfiableError(Exception):
    """A range begins beyond the end."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from ``start`` to before ``end``."""

    start: int
    end: int


def parse_range(header: str | None, size: int) -> Span | None:
    """The one range that a Range header asks for.

    Args:
        header: such as ``bytes=0-``, ``bytes=5-9`` or ``bytes=-500``.
        size: of the file, in bytes.

    Returns:
        None where the whole is to be sent: without a header, in another unit, malformed, or several ranges,
        all of which a server may ignore.

    Raises:
        UnsatisfiableError: it is well-formed, and nothing of it is in the file.
    """
    unit, _, spec = (header or "").partition("=")
    first, dash, last = (part.strip() for part in spec.partition("-"))
    if unit.strip().lower() != "bytes" or not dash or not (first or last):
        return None
    if any(text and not _is_number(text) for text in (first, last)):
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise UnsatisfiableError
        return Span(max(0, size - int(last)), size)
    start, end = int(first), int(last) + 1 if last else size
    if last and end <= start:
        return None
    if start >= size:
        raise UnsatisfiableError
    return Span(start, min(end, size))


def answer_file(request: Request, path: Path, media_type: str, cache: str = "private, no-cache") -> Response:
    """A file, or the part of it that is asked for.

    Raises:
        NotFoundError: it is not there, may not be read, or is no plain file.
    """
    file, status = _open(path)
    try:
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        headers = {
            "ETag": tag,
            "Last-Modified": formatdate(int(status.st_mtime), usegmt=True),
            "Accept-Ranges": "bytes",
            "Cache-Control": cache,
        }
        if _matches(request.headers.get("if-none-match"), tag):
            file.close()
            return Response(status_code=304, headers=headers)
        return _part(request, file, status, media_type, headers)
    except BaseException:
        file.close()
        raise


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


class Streamed(StreamingResponse):
    """An answer in blocks, whose source is let go of however it ends, also when it never began.

    Args:
        blocks: of bytes.
        close: lets go of what they come from.
        status_code: of the answer.
        headers: likewise.
        media_type: likewise.
    """

    def __init__(
        self,
        blocks: AsyncIterator[bytes],
        close: Callable[[], object],
        status_code: int,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(blocks, status_code, headers, media_type)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await anyio.to_thread.run_sync(self._close, abandon_on_cancel=True)


def _part(
    request: Request, file: IO[bytes], status: os.stat_result, media_type: str, headers: dict[str, str]
) -> Response:
    size = status.st_size
    asked = request.headers.get("range") if _is_current(request, headers["ETag"], status) else None
    try:
        span = parse_range(asked, size)
    except UnsatisfiableError:
        file.close()
        return problem(
            416, f"the file has {size} bytes", headers={**headers, "Content-Range": f"bytes */{size}"}
        )
    code = 200 if span is None else 206
    span = span or Span(0, size)
    headers["Content-Length"] = str(span.end - span.start)
    if code == 206:  # noqa: PLR2004  (partial content)
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    if request.method == "HEAD":
        file.close()
        return Response(status_code=code, headers=headers, media_type=media_type)
    if span.end - span.start <= _BLOCK_BYTES:  # as players ask for it: read here, without a turn of its own
        return _small(file, span, code, headers, media_type)
    return Streamed(_blocks(file, span), file.close, code, headers, media_type)


def _small(file: IO[bytes], span: Span, code: int, headers: dict[str, str], media_type: str) -> Response:
    with file:
        content = _read(file, span.start, span.end - span.start)
    if len(content) < span.end - span.start:
        raise NotFoundError(say("file_cut_short", "the file was cut short while it was read: ask again"))
    return Response(content, code, headers, media_type)


def answer_bytes(
    request: Request, content: bytes, media_type: str, tag: str, cache: str = "private, no-cache"
) -> Response:
    """Bytes that are known by a tag."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": cache}
    if _matches(request.headers.get("if-none-match"), f'"{tag}"'):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def not_modified(request: Request, tag: str) -> bool:
    """Whether the client has what is known by this tag."""
    return _matches(request.headers.get("if-none-match"), f'"{tag}"')


def _open(path: Path) -> tuple[IO[bytes], os.stat_result]:
    try:
        # Without O_NONBLOCK, opening a pipe would wait for ever.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise NotFoundError(
            say(
                "file_unreadable",
                "the file cannot be opened: {fault}; is its disk there? scan again",
                fault=reason,
            )
        ) from None
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        os.close(number)
        raise NotFoundError(say("file_is_none", "what is at the place of the file is no file; scan again"))
    return os.fdopen(number, "rb", buffering=0), status


async def _blocks(file: IO[bytes], span: Span) -> AsyncIterator[bytes]:
    at = span.start
    while at < span.end:
        size = min(_BLOCK_BYTES, span.end - at)
        block = await anyio.to_thread.run_sync(_read, file, at, size)
        if not block:  # the file was cut short meanwhile; the client sees that too little came
            return
        at += len(block)
        yield block


def _read(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in tags or tag in tags


def _is_current(request: Request, tag: str, status: os.stat_result) -> bool:
    """Whether what the client has a part of is still what is there (If-Range)."""
    condition = request.headers.get("if-range")
    if condition is None or condition == tag:
        return True
    if condition.startswith(('"', "W/")):
        return False
    try:
        return parsedate_to_datetime(condition).timestamp() == int(status.st_mtime)
    except (ValueError, OverflowError, OSError):
        return False
