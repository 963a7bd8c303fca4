"""Live events for pages that are open: server-sent events."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

from mien.errors import ThrottledError
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from mien.domain import Listener

_MOST_WAITING = 100
_MOST_STREAMS = 20
_HEARTBEAT_S = 15.0


class _Stream:
    """One page that listens."""

    def __init__(self, listener: Listener, *, admin: bool) -> None:
        self.listener = listener
        self.admin = admin
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)

    def put(self, event: bytes | None) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: bytes | None) -> None:
        if self._waiting.full():  # a page that does not keep up loses the oldest, not the newest
            self._waiting.get_nowait()
        self._waiting.put_nowait(event)

    async def next(self) -> bytes | None:
        try:
            return await asyncio.wait_for(self._waiting.get(), _HEARTBEAT_S)
        except TimeoutError:
            return b": still here\n\n"


class Live:
    """Tells pages that are open what happens; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: set[_Stream] = set()
        self._closed = False

    @property
    def streams(self) -> int:
        """How many pages listen."""
        return len(self._streams)

    def tell(
        self, kind: str, data: Mapping[str, Any], *, to: Listener | None = None, admins: bool = False
    ) -> None:
        """Tell an event to everyone, to one listener's pages, or to admins only."""
        event = f"event: {kind}\ndata: {json.dumps(data, allow_nan=False)}\n\n".encode()
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            if (to is None or stream.listener.id == to.id) and (stream.admin or not admins):
                stream.put(event)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        with self._lock:
            self._closed = True
            for stream in self._streams:
                stream.put(None)

    async def listen(
        self, listener: Listener, *, admin: bool, still: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """The events for a listener, as bytes of an event stream, until the page goes away.

        Args:
            listener: whose page.
            admin: whether they are told what admins are told.
            still: asked at every heartbeat whether the page may still listen.

        Raises:
            ThrottledError: the listener has too many pages open.
        """
        stream = _Stream(listener, admin=admin)
        with self._lock:
            if sum(other.listener.id == listener.id for other in self._streams) >= _MOST_STREAMS:
                raise ThrottledError(say("too_many_pages", "too many pages are open: close some"), 60.0)
            self._streams.add(stream)
        return self._events(stream, still)

    async def _events(self, stream: _Stream, still: Callable[[], bool]) -> AsyncIterator[bytes]:
        try:
            yield b"retry: 3000\nevent: hello\ndata: {}\n\n"
            while not self._closed:
                event = await stream.next()
                if event is None:
                    return
                if event.startswith(b":") and not await asyncio.to_thread(still):
                    return
                yield event
        finally:
            with self._lock:
                self._streams.discard(stream)
