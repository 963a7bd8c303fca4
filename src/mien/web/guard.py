"""What stands before every route: names, origins and sizes are checked, and safe headers are put on answers.

- *Host*: only names of this server are answered to, or else a page elsewhere could point its own name at
  this machine and read what is here (DNS rebinding). An address in numbers cannot be pointed: it may pass.
- *Origin and Sec-Fetch-Site*: whatever a browser sends from another site is refused, for every method, so
  that no page elsewhere acts or looks in the listener's name. Programs that are no browsers send neither.
- *Sizes*: a body is cut off as soon as it exceeds what its address takes.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from mien.sentences import say
from mien.web.problems import problem

if TYPE_CHECKING:
    from re import Pattern

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OWN_SITE = {"same-origin", "none"}
_LONGEST_TARGET = 8_192
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), autoplay=(self), fullscreen=(self), screen-wake-lock=(self), microphone=(),"
        " geolocation=(), payment=(), usb=(), serial=(), display-capture=(), browsing-topics=()"
    ),
    "X-Frame-Options": "DENY",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let through.

    Attributes:
        hosts: names of this server, in small letters, without port.
        secure: whether it speaks HTTPS.
        largest_body_bytes: unless its address takes more.
        larger_bodies: patterns of addresses, and what they take.
    """

    hosts: frozenset[str]
    secure: bool
    largest_body_bytes: int
    larger_bodies: tuple[tuple[Pattern[str], int], ...] = ()

    def most_bytes(self, path: str) -> int:
        """How large a body may be that is sent to ``path``."""
        found = (size for pattern, size in self.larger_bodies if pattern.fullmatch(path))
        return next(found, self.largest_body_bytes)


class Guard:
    """Stands before an application."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        guarded = self._with_headers(send)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        body = _Body(receive, guarded, self._rules.most_bytes(scope["path"]))
        try:
            await self._app(scope, body.receive, body.send)
        except _TooLargeError:
            await body.refuse(scope)
        else:
            if body.exceeded:
                await body.refuse(scope)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self._is_own_name(headers.getlist("host")):
            return problem(
                421,
                say("host_unknown", "this server does not know itself by that name: add it to MIEN_HOSTS"),
            )
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_TARGET:
            return problem(414, say("address_too_long", "the address is longer than any of this server's"))
        if not self._is_own_site(headers):
            return problem(403, say("other_site", "a page of another site may not use this server"))
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return problem(400, say("length_no_number", "Content-Length is not a number"))
        if int(length[:20]) > self._rules.most_bytes(scope["path"]):
            return _too_large(self._rules.most_bytes(scope["path"]))
        return None

    def _is_own_name(self, given: list[str]) -> bool:
        if len(given) != 1:
            return False
        name = host_name(given[0])
        return name in self._rules.hosts or is_address(name)

    def _is_own_site(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in _OWN_SITE and not _is_navigation(headers):
            return False
        scheme = "https" if self._rules.secure else "http"
        return origin is None or origin.lower() == f"{scheme}://{headers['host'].lower()}"

    def _with_headers(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _COMMON.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _NOTHING)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return guarded


class _TooLargeError(Exception):
    pass


class _Body:
    """Counts what arrives; once it is too much, the answer is that it was."""

    def __init__(self, receive: Receive, send: Send, most_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self._most_bytes = most_bytes
        self._bytes = 0
        self._started = False
        self.exceeded = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most_bytes:
                self.exceeded = True
                raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self._started:
            return  # what the application makes of a body that was cut off
        self._started = True
        await self._send(message)

    async def refuse(self, scope: Scope) -> None:
        if not self._started:
            await _too_large(self._most_bytes)(scope, self._receive, self._send)


def host_name(host: str) -> str:
    """A Host header without its port, in small letters; empty where it is none."""
    name, bracket, rest = host.strip().lower().rpartition("]")
    if bracket:
        return name.removeprefix("[") if rest == "" or rest.startswith(":") else ""
    name, _, port = host.strip().lower().partition(":")
    return name.removesuffix(".") if not port or port.isdigit() else ""


def is_address(name: str) -> bool:
    """Whether a name is an address in numbers."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_navigation(headers: Headers) -> bool:
    """A link that was followed: the page itself may be opened from anywhere, its data may not be read."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _too_large(most_bytes: int) -> Response:
    return problem(
        413,
        say(
            "too_large",
            "more was sent than is taken here ({kib} KiB): send less at a time",
            kib=most_bytes >> 10,
        ),
    )
