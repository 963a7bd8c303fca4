"""What the routes share while the server runs, and how they come by it."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from mien.core import Mien
from mien.domain import Listener
from mien.errors import ForbiddenError
from mien.sentences import say
from mien.store import Order, Session, Store, Wanted
from mien.web.access import Access, Paces
from mien.web.live import Live
from mien.web.metrics import Metrics
from mien.web.roots import Roots
from mien.web.scanning import Scanning
from mien.web.shelf import LibraryShelf
from mien.web.trainings import Trainings
from mien.web.writer import ReadingWriter

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# What comes in many small pieces: a song in ranges, the covers of a list that is scrolled, live events.
_IN_PIECES = re.compile(r"/api/v1/(tracks/\d+/(audio|cover)|events)")


def version() -> str:
    """Mien's, as it was installed."""
    try:
        return metadata.version("mien")
    except metadata.PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True, slots=True)
class Serving:
    """How the server can be reached.

    Attributes:
        host: the address that it listens on.
        port: likewise.
        secure: whether by HTTPS.
        loopback: whether from this machine only.
        hosts: names that it answers to, in small letters.
    """

    host: str = "127.0.0.1"
    port: int = 8737
    secure: bool = False
    loopback: bool = True
    hosts: frozenset[str] = frozenset({"localhost"})


class Parts:
    """What the routes share.

    Args:
        mien: the use cases.
        serving: how the server can be reached.
        page: the folder of the built page; it need not be there.
        authority: the certificate that phones are told to trust.
    """

    def __init__(self, mien: Mien, serving: Serving, page: Path, authority: Path | None = None) -> None:
        self.mien = mien
        self.serving = serving
        self.page = page
        self.authority = authority
        self.store: Store = mien.store
        self.access = Access(mien.store, loopback=serving.loopback, default=lambda: default_listener(mien))
        self.live = Live()
        self.metrics = Metrics()
        self.paces = Paces()
        self.roots = Roots(mien.settings.music_roots)
        self.library = LibraryShelf(mien.store)
        self.reading_writer = ReadingWriter(mien.store.readings)
        self.scanning = Scanning(mien, self.live)
        self.trainings = Trainings(mien.settings.home / "trainings", self.live)
        # Made here, once: requests come in many threads.
        self.listening = mien.listening
        self.sleeves = mien.sleeves
        self.shelf = mien.playlists
        self.feelings = mien.feelings
        self.histories = mien.histories

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; a browser holds one so named to HTTPS and to this host."""
        return "__Host-mien" if self.serving.secure else "mien"

    def warm_up(self) -> None:
        """Gather from a large library what the first page asks for, before it does."""
        me = default_listener(self.mien)
        self.library.size(me)
        self.library.moods(me)
        self.library.tracks(me, Wanted(), order=Order.TITLE, descending=False, offset=0, limit=1)
        self.listening.view(me)  # takes longest, and is asked for only once somebody chooses

    def close(self) -> None:
        """Stop what runs beside the requests."""
        self.scanning.close()
        self.trainings.close()
        self.reading_writer.close()
        self.live.close()


def default_listener(mien: Mien) -> Listener:
    """Who listens while nobody needs to sign in."""
    name = mien.settings.listener
    return mien.store.listeners.named(name) if name else mien.store.listeners.default()


# What only hands something on is async: each plain function would cost a turn in the thread pool.
async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(_parts)]


@dataclass(frozen=True, slots=True)
class Signed:
    """Who asks.

    Attributes:
        listener: on whose behalf.
        session: None where nobody needs to sign in.
        token: of the session.
    """

    listener: Listener
    session: Session | None
    token: str | None


async def _stranger(request: Request, parts: PartsOf) -> None:
    parts.paces.strangers.take(client_address(request))


# For what nobody needs to sign in for.
OPEN = Depends(_stranger)


async def _signed(request: Request, parts: PartsOf) -> Signed:
    token = request.cookies.get(parts.cookie)
    known = parts.access.known(token)
    if known is None:
        await _stranger(request, parts)
        known = await run_in_threadpool(parts.access.whose, token)
    listener, session = known
    if request.method not in _SAFE_METHODS:
        parts.paces.changes.take(listener.id)
    elif not _IN_PIECES.fullmatch(request.scope["path"]):
        parts.paces.reads.take(listener.id)
    return Signed(listener, session, token)


SignedIn = Annotated[Signed, Depends(_signed)]


async def _me(signed: SignedIn) -> Listener:
    return signed.listener


Me = Annotated[Listener, Depends(_me)]


async def _costly(parts: PartsOf, me: Me) -> None:
    parts.paces.costly.take(me.id)


# For what takes tens of milliseconds of a large library, or more.
COSTLY = Depends(_costly)


def _admin(parts: PartsOf, me: Me) -> Listener:
    if not parts.access.is_admin(me):
        raise ForbiddenError(say("admins_only", "only an admin may do that"))
    return me


Admin = Annotated[Listener, Depends(_admin)]


async def _measurer(request: Request, parts: PartsOf) -> None:
    if not _bears(request, parts.mien.settings.metrics_token):
        signed = await _signed(request, parts)
        await run_in_threadpool(_admin, parts, signed.listener)


def _bears(request: Request, token: str | None) -> bool:
    """Whether a request shows this token (RFC 6750); it takes as long however much of it is right."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(shown.strip().encode("utf-8", "surrogatepass"), token.encode("ascii"))


Measurer = Annotated[None, Depends(_measurer)]


def client_address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"
