"""The built page: its files, what browsers may do with them, and what is shown where it was not built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from mien.errors import NotFoundError
from mien.sentences import say
from mien.web.files import IMMUTABLE, answer_file
from mien.web.parts import PartsOf

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_PAGE = Path(__file__).parent / "page"
CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:;"
    " media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HASHED = re.compile(r"^assets/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".onnx": "application/octet-stream",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
    ".map": "application/json",
}
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Mien</title>
<h1>Mien is running, but its page is not built</h1>
<p>From a checkout, build it with <code>make page</code> and load this address again.
The API is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></html>
"""

router = APIRouter(include_in_schema=False)


@router.head("/{path:path}")
@router.get("/{path:path}")
def get_page(path: str, request: Request, parts: PartsOf) -> Response:
    """A file of the page; where one is within it, it says behind a ``#``, which no server is told."""
    if path == "api" or path.startswith("api/"):
        raise NotFoundError(say("no_address", "the API has no such address"))
    index = parts.page / "index.html"
    if not index.is_file():
        if path:
            raise NotFoundError(say("page_not_built", "the page is not built: make page"))
        return HTMLResponse(_NOT_BUILT, headers={"Content-Security-Policy": CSP})
    path = path or "index.html"
    file = _inside(parts.page, path)
    if file is None or not file.is_file():
        raise NotFoundError(say("page_no_file", "the page has no such file"))
    cache = IMMUTABLE if _HASHED.match(path) else "no-cache"
    media_type = _TYPES.get(file.suffix, "application/octet-stream")
    small = file.with_name(f"{file.name}.gz")  # the build leaves it; compressing 14 MB takes seconds
    if small.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
        answer = answer_file(request, small, media_type, cache)
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = answer_file(request, file, media_type, cache)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Content-Security-Policy"] = CSP
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


def _inside(folder: Path, path: str) -> Path | None:
    """The file of that name in the folder; None where the name leads out of it or can be no file's."""
    parts = path.split("/")
    if "\0" in path or "\\" in path or any(part in {"", ".", ".."} for part in parts):
        return None
    file = folder.joinpath(*parts)
    try:
        return file if file.resolve().is_relative_to(folder.resolve()) else None
    except OSError:
        return None
