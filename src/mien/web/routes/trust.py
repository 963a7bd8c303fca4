"""A page that tells phones how to trust this server's own certificate, and the certificate."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from mien.errors import NotFoundError
from mien.sentences import say
from mien.web.certificates import fingerprint, grouped
from mien.web.files import answer_file
from mien.web.parts import OPEN, PartsOf

if TYPE_CHECKING:
    from collections.abc import Container

router = APIRouter(prefix="/trust", include_in_schema=False)
_FILES = Path(__file__).parent.parent / "trust"
# Whoever opens it has no page yet to choose a language in: the browser's counts.
_LANGUAGES = {"en", "de"}
_MOST_LANGUAGES = 20
_CSP = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@router.get("", dependencies=[OPEN])
def get_trust_page(request: Request, parts: PartsOf) -> HTMLResponse:
    """How to trust the certificate, or how to come by one, in the language that the browser asks for."""
    language = language_of(request.headers.get("accept-language", ""), _LANGUAGES)
    if parts.authority is None:
        content = _file(f"without.{language}.html")
    else:
        groups = grouped(fingerprint(parts.authority))
        shown = "".join(f"<code>{group}</code> " for group in groups)
        content = Template(_file(f"{language}.html")).substitute(fingerprint=shown)
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Content-Security-Policy": _CSP}
    return HTMLResponse(content, headers=headers)


@router.get("/trust.css")
def get_trust_style(request: Request) -> Response:
    """What the page looks like."""
    return answer_file(request, _FILES / "trust.css", "text/css; charset=utf-8")


@router.get("/mien-authority.crt")
def get_authority(request: Request, parts: PartsOf) -> Response:
    """The certificate to trust."""
    if parts.authority is None:
        raise NotFoundError(
            say("no_certificate", "this server has no certificate of its own: it was started without --https")
        )
    return answer_file(request, parts.authority, "application/x-x509-ca-cert")


def _file(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def language_of(asked: str, known: Container[str]) -> str:
    """Which of the languages that are known is wanted most, of equals the first; English where none is.

    Args:
        asked: as ``Accept-Language`` has it (RFC 9110, 12.5.4), such as ``de-AT,de;q=0.9,en;q=0.5``.
        known: by their first subtags, such as ``de``.
    """
    best, most = "en", 0.0
    for wish in asked.lower().split(",")[:_MOST_LANGUAGES]:
        tag, _, parameter = wish.partition(";")
        language, weight = tag.strip().partition("-")[0], _weight(parameter)
        if language in known and weight > most:
            best, most = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not parameter.strip():
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
