"""Errors as problem+json (RFC 9457): one table from an error's type to a status."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from mien import errors
from mien.sentences import Sentence, say
from mien.web.schemas import Said, plain, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.requests import Request

_log = logging.getLogger("mien.web")

# The nearest of an error's ancestors in this table counts.
STATUSES: Mapping[type[errors.MienError], int] = {
    errors.MienError: 500,
    errors.ConfigurationError: 422,
    errors.CameraError: 503,
    errors.ImageError: 422,
    errors.DecodingError: 422,
    errors.DatasetError: 422,
    errors.InteropError: 422,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.StoreBusyError: 503,
    errors.RequestError: 422,
    errors.TooLargeError: 413,
    errors.SignedOutError: 401,
    errors.ForbiddenError: 403,
    errors.ThrottledError: 429,
}
_TITLES = {
    400: "The request is malformed",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not a method of this address",
    409: "In conflict with what is there",
    413: "Too large",
    416: "No such range",
    421: "Not a name of this server",
    422: "The request cannot be carried out",
    429: "Too often",
    500: "Something went wrong in Mien",
    503: "Not possible right now",
}
_MOST_FAULTS = 20
_SERVER_ERROR = 500
DEFECT = say("defect", "this is a defect of Mien: the server's log says what happened")
MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    """What is wrong and what to do about it, in English."""
    said: Said | None = None
    """The same for a page of another language; null for what only programs come upon."""
    faults: list[Fault] = []


# What every route may answer besides what it is for.
RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {
        "description": what,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, what in (("4XX", "What is wrong with the request"), ("5XX", "What the server could not do"))
}


def problem(
    status: int,
    detail: str | Sentence,
    *,
    faults: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what is wrong."""
    title = _TITLES.get(status, "Not possible")
    content = {
        "type": f"urn:mien:problem:{status}",
        "title": title,
        "status": status,
        "detail": plain(detail),
        "said": said(detail).model_dump() if isinstance(detail, Sentence) else None,
        "faults": faults or [],
    }
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def sentence_of(error: errors.MienError) -> str | Sentence:
    """What an error says, for whichever language."""
    (message, *_) = error.args or (str(error),)
    return message if isinstance(message, Sentence) else str(error)


def without_path(error: errors.MienError, path: Path) -> str | Sentence:
    """What an error says of an uploaded file; the listener does not know where that lay."""
    sentence = sentence_of(error)
    if isinstance(sentence, Sentence):
        return in_the_file(sentence)
    return sentence.replace(str(path), "the file")


def in_the_file(sentence: Sentence) -> Sentence:
    """A sentence of an uploaded file without where that lay."""
    if "file" not in sentence.values:
        return sentence
    return replace(sentence, values={**sentence.values, "file": "the file"})


def status_of(error: errors.MienError) -> int:
    """The status of the nearest ancestor in the table."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def add_handlers(app: FastAPI) -> None:
    """Answer every error as a problem."""
    app.add_exception_handler(errors.MienError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _named(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.MienError)  # noqa: S101  (registered for it only)
    status = status_of(error)
    if status >= _SERVER_ERROR:
        _log.error("%s: %s", type(error).__name__, error)
    headers = {}
    if isinstance(error, errors.ThrottledError):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    elif isinstance(error, errors.StoreBusyError):
        headers["Retry-After"] = "1"
    return problem(status, sentence_of(error), headers=headers)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for it only)
    faults = [
        {"field": ".".join(map(str, fault["loc"])), "message": _message(fault)}
        for fault in error.errors()[:_MOST_FAULTS]
    ]
    said = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    return problem(422, said, faults=faults)


def _message(fault: Mapping[str, Any]) -> str:
    """What a check of ours said, without the words that pydantic puts before it."""
    said = fault.get("ctx", {}).get("error") if fault["type"] == "value_error" else None
    return str(said or fault["msg"])


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for it only)
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, DEFECT)
