"""Figures of the running server, in Prometheus' text format."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKET = "mien_request_seconds_bucket"
_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Counts requests and how long they took until their answer began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._sums: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self.sent_bytes = 0
        self.started_at = time.time()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: of it.
            route: its pattern, so that there are only so many.
            status: of the answer.
            seconds: until the answer began.
        """
        with self._lock:
            self._requests[method, route, status] += 1
            self._counts[route] += 1
            self._sums[route] += seconds  # type: ignore[assignment]  # Counter counts seconds as well
            for bound in _BOUNDS_S:
                if seconds <= bound:
                    self._buckets[route, bound] += 1

    def text(self, gauges: Mapping[str, float]) -> str:
        """All figures, and ``gauges`` beside them, as Prometheus reads them."""
        with self._lock:
            lines = ["# TYPE mien_requests_total counter"]
            lines += [
                f'mien_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
                for (method, route, status), count in sorted(self._requests.items())
            ]
            lines.append("# TYPE mien_request_seconds histogram")
            for route, count in sorted(self._counts.items()):
                lines += [
                    f'{_BUCKET}{{route="{route}",le="{bound}"}} {self._buckets[route, bound]}'
                    for bound in _BOUNDS_S
                ]
                lines.append(f'{_BUCKET}{{route="{route}",le="+Inf"}} {count}')
                lines.append(f'mien_request_seconds_sum{{route="{route}"}} {self._sums[route]:.6f}')
                lines.append(f'mien_request_seconds_count{{route="{route}"}} {count}')
            lines += ["# TYPE mien_sent_bytes_total counter", f"mien_sent_bytes_total {self.sent_bytes}"]
        all_gauges = {"uptime_seconds": time.time() - self.started_at, **gauges}
        for name, value in all_gauges.items():
            lines += [f"# TYPE mien_{name} gauge", f"mien_{name} {value:g}"]
        return "\n".join(lines) + "\n"


class Measured:
    """Counts every request of an application.

    Args:
        app: answers.
        metrics: gives the figures to count in.
        prefix: what routers are included under; FastAPI leaves it out of a route's path.
    """

    def __init__(self, app: ASGIApp, metrics: Callable[[], Metrics], prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, metrics = time.perf_counter(), self._metrics()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                metrics.note(
                    scope["method"], self._route(scope), message["status"], time.perf_counter() - started
                )
            else:
                metrics.sent_bytes += len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, counted)

    def _route(self, scope: Scope) -> str:
        """The template of the address, without what names a track or a listener."""
        template: str = getattr(scope.get("route"), "path", "other")
        below = scope["path"].startswith(f"{self._prefix}/") and not template.startswith(self._prefix)
        return self._prefix + template if below and template.startswith("/") else template
