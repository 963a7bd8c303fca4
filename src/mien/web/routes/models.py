"""What the page needs to read faces by itself: the network, its rules, and the face detector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
from fastapi import APIRouter, Request
from starlette.responses import Response

from mien.vision.look import CASCADE, SECOND_CASCADE
from mien.web.files import IMMUTABLE, answer_file
from mien.web.parts import Me, PartsOf
from mien.web.schemas import Given

router = APIRouter(prefix="/models", tags=["models"])
_BYTES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


class EmotionModel(Given):
    """The emotion network's artifact, and where its files are; their addresses change when they do."""

    version: str
    labels: list[str]
    preprocessing: dict[str, Any]
    decision: dict[str, Any]
    limits: list[str]
    model_url: str
    cascade_url: str
    second_cascade_url: str
    """Of the cascade that seconds what the first finds."""


@router.get("/emotion")
def get_emotion_model(parts: PartsOf, _me: Me) -> EmotionModel:
    """Every number that shapes a reading, so that the page reads as the server does."""
    artifact = parts.mien.emotion_artifact
    return EmotionModel(
        version=artifact.version,
        labels=list(next(iter(artifact.heads.values()))),
        preprocessing=dict(artifact.preprocessing),
        decision=dict(artifact.decision),
        limits=list(artifact.limits),
        model_url=f"/api/v1/models/emotion/model.onnx?v={artifact.version}",
        cascade_url="/api/v1/models/cascade.xml",
        second_cascade_url="/api/v1/models/second-cascade.xml",
    )


@router.get(
    "/emotion/model.onnx",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_emotion_network(request: Request, parts: PartsOf, _me: Me, v: str = "") -> Response:
    """The network, for ``onnxruntime-web``."""
    artifact = parts.mien.emotion_artifact
    cache = IMMUTABLE if v == artifact.version else "private, no-cache"
    return answer_file(request, artifact.model_path, "application/octet-stream", cache)


@router.get("/cascade.xml", response_class=Response, responses={200: {"content": {"application/xml": {}}}})
def get_cascade(request: Request, _me: Me) -> Response:
    """The Haar cascade of frontal faces that comes with OpenCV."""
    return answer_file(
        request, Path(cv2.data.haarcascades) / CASCADE, "application/xml", "private, max-age=86400"
    )


@router.get(
    "/second-cascade.xml", response_class=Response, responses={200: {"content": {"application/xml": {}}}}
)
def get_second_cascade(request: Request, _me: Me) -> Response:
    """The other Haar cascade of frontal faces, which seconds what the first finds."""
    path = Path(cv2.data.haarcascades) / SECOND_CASCADE
    return answer_file(request, path, "application/xml", "private, max-age=86400")
