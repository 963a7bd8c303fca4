"""Live events."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from mien.domain import Listener
from mien.errors import MienError
from mien.web.parts import Parts, PartsOf, SignedIn

router = APIRouter(tags=["events"])


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def get_events(parts: PartsOf, signed: SignedIn) -> Response:
    """Server-sent events: ``hello``, ``scan``, ``library``, ``label``, ``settings``; their data is JSON."""
    admin = await run_in_threadpool(parts.access.is_admin, signed.listener)

    def still() -> bool:
        return _is_signed_in(parts, signed.listener, signed.token)

    events = await parts.live.listen(signed.listener, admin=admin, still=still)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _is_signed_in(parts: Parts, listener: Listener, token: str | None) -> bool:
    try:
        return parts.access.whose(token)[0].id == listener.id
    except MienError:
        return False
