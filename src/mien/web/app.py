"""The application: the routes, and what stands before them."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse

from mien.web import page as page_routes
from mien.web.examples import add_examples
from mien.web.guard import Guard, Rules
from mien.web.metrics import Measured
from mien.web.page import BUILT_PAGE
from mien.web.parameters import add_parameter_examples
from mien.web.parts import OPEN, Parts, Serving, version
from mien.web.problems import RESPONSES, Problem, add_handlers
from mien.web.routes import (
    care,
    events,
    feeling,
    imports,
    library,
    listeners,
    listens,
    me,
    models,
    playlists,
    queue,
    readings,
    session,
    settings,
    sleeves,
    tracks,
    trainings,
    trust,
)
from mien.web.routes.imports import LARGEST_EXPORT_BYTES
from mien.web.trainings import LARGEST_UPLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fastapi.routing import APIRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from mien.core import Mien

_log = logging.getLogger("mien.web")
PREFIX = "/api/v1"
# A route is looked for from the first on: what is asked for most stands first.
_GROUPS = (
    readings,
    tracks,
    queue,
    sleeves,
    session,
    library,
    playlists,
    listens,
    me,
    feeling,
    imports,
    settings,
    models,
    listeners,
    trainings,
    events,
    care,
)
_LARGEST_BODY_BYTES = 2 * 1024 * 1024
_LARGER_BODIES = (
    (re.compile(r"/api/v1/trainings/[0-9a-f]+/files"), LARGEST_UPLOAD_BYTES),
    (re.compile(r"/api/v1/playlists/import"), 16 * 1024 * 1024),
    (re.compile(r"/api/v1/me/imports"), LARGEST_EXPORT_BYTES),
)
_LEAST_TO_COMPRESS = 1_000
# What is compressed already, or goes on for ever.
_AS_IT_IS = re.compile(r"/api/v1/(tracks/\d+/(audio|cover)|events|models/.*\.onnx)|.*\.(png|jpg|webp|woff2)")


def make_app(
    mien: Mien,
    serving: Serving | None = None,
    *,
    page: Path = BUILT_PAGE,
    authority: Path | None = None,
) -> FastAPI:
    """The application.

    Args:
        mien: the use cases; whoever opened it closes it.
        serving: how the server can be reached.
        page: the folder of the built page.
        authority: the certificate that phones are told to trust; None without HTTPS of one's own.
    """
    serving = serving or Serving()
    parts = Parts(mien, serving, page, authority)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # A turn of its own, so that the server answers meanwhile; the page would wait for it otherwise.
        warming = asyncio.create_task(asyncio.to_thread(parts.warm_up))
        warming.add_done_callback(_note_failure)
        yield
        await asyncio.wait([warming])
        parts.close()

    app = FastAPI(
        title="Mien",
        summary="A private music player that reads the listener's mood and plays what fits.",
        version=version(),
        openapi_url=None,  # see _describe
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        lifespan=lifespan,
    )
    app.state.parts = parts
    for group in _GROUPS:
        app.include_router(group.router, prefix=PREFIX, responses=RESPONSES)
    _describe(app)
    app.include_router(care.router, include_in_schema=False)
    app.include_router(trust.router)
    app.include_router(page_routes.router)
    add_handlers(app)
    _describe_problems(app)
    rules = Rules(serving.hosts, serving.secure, _LARGEST_BODY_BYTES, _LARGER_BODIES)
    app.add_middleware(_Compressed)
    app.add_middleware(Measured, metrics=lambda: app.state.parts.metrics, prefix=PREFIX)
    app.add_middleware(Guard, rules=rules)
    return app


class _Compressed:
    """Compresses answers that are worth it."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressing = GZipMiddleware(app, minimum_size=_LEAST_TO_COMPRESS, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] != "http" or _AS_IT_IS.fullmatch(scope["path"])
        await (self._plain if plain else self._compressing)(scope, receive, send)


def _note_failure(warming: asyncio.Task[None]) -> None:
    if not warming.cancelled() and (error := warming.exception()) is not None:
        _log.warning("the library could not be read beforehand: %s", error)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _describe(app: FastAPI) -> None:
    """Answer with the description; FastAPI's own route would do so for strangers as often as they ask."""

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False, dependencies=[OPEN])
    def get_description() -> JSONResponse:
        return JSONResponse(app.openapi())


def _describe_problems(app: FastAPI) -> None:
    """Put what an error looks like among the schemas that the routes refer to, and an example into each."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        schema = make()
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**own.pop("$defs", {}), "Problem": own}
            add_examples(schemas)
            add_parameter_examples(schema.get("paths", {}))
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation does
