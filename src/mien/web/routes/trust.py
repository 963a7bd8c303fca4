"""A page that tells phones how to trust this server's own certificate, and the certificate."""

from __future__ import annotations

import hashlib
import html
import ssl

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from mien.domain import say
from mien.errors import NotFoundError
from mien.web.files import answer_file
from mien.web.parts import Parts, PartsOf

router = APIRouter(prefix="/trust", include_in_schema=False)
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trust Mien</title>
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
"""


@router.get("")
def get_trust_page(parts: PartsOf) -> HTMLResponse:
    """How to trust the certificate."""
    content = _PAGE.format(fingerprint=html.escape(fingerprint(_authority(parts))))
    return HTMLResponse(content)


@router.get("/mien-authority.crt")
def get_authority(request: Request, parts: PartsOf) -> Response:
    """The certificate to trust."""
    _authority(parts)
    assert parts.authority is not None  # noqa: S101  (it was read just now)
    return answer_file(request, parts.authority, "application/x-x509-ca-cert")


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
