"""Serving: the socket, the names that the server answers to, and an orderly end."""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
from typing import TYPE_CHECKING

import uvicorn

from mien.errors import ConfigurationError
from mien.store import Role
from mien.web.access import Access
from mien.web.app import make_app
from mien.web.certificates import addresses_in, in_networks, own_addresses
from mien.web.parts import Serving, default_listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.core import Mien
    from mien.web.certificates import Certificate

_BACKLOG = 512
_LAST_WORDS_S = 5
_MOST_HEADER_BYTES = 32 * 1024


def serve(
    mien: Mien,
    host: str,
    port: int,
    *,
    certificate: Certificate | None = None,
    on_ready: Callable[[list[str]], None] = lambda _urls: None,
) -> None:
    """Serve until the process is told to stop.

    Args:
        mien: the use cases.
        host: the address to listen on.
        port: likewise; 0 for any that is free.
        certificate: for HTTPS.
        on_ready: called with the addresses of the page once the server can be reached; the first is the one
            to be told.

    Raises:
        ConfigurationError: the address cannot be listened on, or needs accounts that are not there.
    """
    loopback = is_loopback(host)
    require_passwords(mien, loopback=loopback)
    listening = listen(host, port)
    port = listening.getsockname()[1]
    names = own_names() | {host.lower(), *mien.settings.hosts}
    serving = Serving(host, port, certificate is not None, loopback, frozenset(names))
    settings = uvicorn.Config(
        make_app(mien, serving, authority=certificate.authority if certificate else None),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody may say where they come from
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
        timeout_graceful_shutdown=_LAST_WORDS_S,
        timeout_keep_alive=30,
        backlog=_BACKLOG,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    scheme = "https" if certificate else "http"
    urls = [f"{scheme}://{_in_address(shown)}:{port}/" for shown in reachable_at(host, certificate)]
    with listening:
        _Server(settings, lambda: on_ready(urls)).run(sockets=[listening])


def reachable_at(host: str, certificate: Certificate | None) -> list[str]:
    """Under what names or addresses a server can be reached, the best to be told first.

    Args:
        host: what it listens on; every address of this machine is told as those that others can reach.
        certificate: for HTTPS; only addresses that it is made for are told.
    """
    if is_loopback(host):
        return ["localhost"]
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  (it is compared only)
        return [host]
    found = [address for address in in_networks(own_addresses()) if host == "::" or ":" not in address]
    if certificate is not None:
        made_for = addresses_in(certificate)
        found = [address for address in found if address in made_for]
    return found or ["localhost"]


class _Server(uvicorn.Server):
    """Says when it can be reached, and lets go of pages that listen before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        app.state.parts.live.close()  # type: ignore[union-attr]  # it is the one made above
        await super().shutdown(sockets)


def require_passwords(mien: Mien, *, loopback: bool) -> None:
    """Refuse to serve where accounts are needed and nobody could sign in to care for them.

    Raises:
        ConfigurationError: it says what to do.
    """
    access = Access(mien.store, loopback=loopback, default=lambda: default_listener(mien))
    if not access.required():
        return
    admins = [account for account in mien.store.accounts.all() if account.role is Role.ADMIN]
    if any(admin.password_hash for admin in admins):
        return
    why = "with several listeners" if loopback else "on an address that others can reach"
    name = admins[0].listener.name if admins else "NAME"
    raise ConfigurationError(
        f"{why} everyone must sign in; set a password first: mien listener password {name}"
    )


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def own_names() -> set[str]:
    """The names that this machine has for itself and that others on the network may have for it."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {"localhost", name, short, f"{short}.local"}


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigurationError: the address cannot be listened on.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Only of a socket that says it is TCP does asyncio switch Nagle's algorithm off: with it, the body of
        # an answer waits 40 ms for the client to acknowledge the head.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise ConfigurationError(f"{host} is no address of this machine ({error.strerror})") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigurationError(_why_not(host, port, error)) from None
    return listening


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken, perhaps by another mien serve: choose one with --port (0 for any)"
    if error.errno == errno.EACCES:
        return f"port {port} needs an administrator's rights: choose one above 1023 with --port"
    return f"cannot listen on {host}, port {port}: {error.strerror}"
