"""Whether the server is well; at the root too, where programs that look after servers ask by themselves."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from mien.web.parts import OPEN, Measurer, PartsOf
from mien.web.schemas import Given

router = APIRouter(tags=["care"])


class Health(Given):
    """That the server answers."""

    status: str = "ok"


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def get_health() -> Health:
    """Whether the server answers at all; for whoever restarts it."""
    return Health()


@router.head("/ready", include_in_schema=False, dependencies=[OPEN])
@router.get("/ready", dependencies=[OPEN])
def get_ready(parts: PartsOf) -> Health:
    """Whether the library can be read; for whoever sends requests here."""
    parts.store.accounts.all()
    return Health()


@router.get("/metrics", response_class=PlainTextResponse)
def get_metrics(parts: PartsOf, _measurer: Measurer) -> PlainTextResponse:
    """Figures of the running server, in Prometheus' text format; for admins, and with the metrics token."""
    scan = parts.scanning.status
    gauges = {
        "open_pages": parts.live.streams,
        "library_tracks": parts.store.browse.size()[0],
        "scan_done": scan.done,
        "scan_total": scan.total,
    }
    return PlainTextResponse(parts.metrics.text(gauges), media_type="text/plain; version=0.0.4")
