"""A page that tells phones how to trust this server's own certificate, and the certificate."""

from __future__ import annotations

import hashlib
import html
import ssl
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from mien.domain import say
from mien.errors import NotFoundError
from mien.web.files import answer_file
from mien.web.parts import Parts, PartsOf

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

router = APIRouter(prefix="/trust", include_in_schema=False)
_MOST_LANGUAGES = 20
# Whoever opens it has no page yet to choose a language in: the browser's counts.
_PAGES: Mapping[str, str] = {
    "en": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trust Mien</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<h1>Trust this Mien</h1>
<p>Browsers give the camera only to pages that came by HTTPS. This Mien made a certificate authority of its
own, on its own machine. It can vouch for that machine and for addresses of private networks, and for nothing
else.</p>
<p><a href="/trust/mien-authority.crt" download>Download the certificate</a>, then:</p>
<ul>
<li><b>iPhone, iPad</b>: open it, then Settings, Profile Downloaded, Install; then Settings, General, About,
Certificate Trust Settings, and switch it on.</li>
<li><b>Android</b>: Settings, Security, Encryption and credentials, Install a certificate, CA
certificate.</li>
<li><b>Firefox</b>: Settings, Privacy and Security, View Certificates, Authorities, Import.</li>
<li><b>Windows</b>: open it, Install Certificate, Trusted Root Certification Authorities.</li>
<li><b>macOS</b>: open it in Keychain Access, then Get Info, Trust, Always Trust.</li>
</ul>
<p>Before you do, compare its fingerprint (SHA-256) with what <code>mien serve --https</code> shows on the
machine itself:</p>
<p><code>{fingerprint}</code></p>
<p><a href="/">To the player</a></p></body></html>
""",
    "de": """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Mien vertrauen</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<h1>Diesem Mien vertrauen</h1>
<p>Browser geben die Kamera nur Seiten, die mit HTTPS kamen. Dieses Mien hat sich auf seinem eigenen Rechner
eine Zertifizierungsstelle gemacht. Sie kann für diesen Rechner und für Adressen privater Netze bürgen, und
für nichts sonst.</p>
<p><a href="/trust/mien-authority.crt" download>Lade das Zertifikat</a>, und dann:</p>
<ul>
<li><b>iPhone, iPad</b>: öffne es, dann Einstellungen, Profil geladen, Installieren; danach Einstellungen,
Allgemein, Info, Zertifikatsvertrauenseinstellungen, und schalte es ein.</li>
<li><b>Android</b>: Einstellungen, Sicherheit, Verschlüsselung und Anmeldedaten, Zertifikat installieren,
CA-Zertifikat.</li>
<li><b>Firefox</b>: Einstellungen, Datenschutz und Sicherheit, Zertifikate anzeigen, Zertifizierungsstellen,
Importieren.</li>
<li><b>Windows</b>: öffne es, Zertifikat installieren, Vertrauenswürdige Stammzertifizierungsstellen.</li>
<li><b>macOS</b>: öffne es in der Schlüsselbundverwaltung, dann Informationen, Vertrauen, Immer
vertrauen.</li>
</ul>
<p>Vergleiche vorher seinen Fingerabdruck (SHA-256) mit dem, den <code>mien serve --https</code> auf dem
Rechner selbst zeigt:</p>
<p><code>{fingerprint}</code></p>
<p><a href="/">Zum Player</a></p></body></html>
""",
}


@router.get("")
def get_trust_page(request: Request, parts: PartsOf) -> HTMLResponse:
    """How to trust the certificate, in the language that the browser asks for."""
    language = language_of(request.headers.get("accept-language", ""), _PAGES)
    content = _PAGES[language].format(fingerprint=html.escape(fingerprint(_authority(parts))))
    return HTMLResponse(content, headers={"Content-Language": language, "Vary": "Accept-Language"})


@router.get("/mien-authority.crt")
def get_authority(request: Request, parts: PartsOf) -> Response:
    """The certificate to trust."""
    _authority(parts)
    assert parts.authority is not None  # noqa: S101  (it was read just now)
    return answer_file(request, parts.authority, "application/x-x509-ca-cert")


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


def fingerprint(pem: str) -> str:
    """A certificate's SHA-256, as browsers show it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def _authority(parts: Parts) -> str:
    if parts.authority is None:
        raise NotFoundError(
            say("no_certificate", "this server has no certificate of its own: it was started without --https")
        )
    return parts.authority.read_text(encoding="ascii")
