"""What Mien knows of the listener: to see, to take along, to erase. And what it learnt of their face."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from fastapi.encoders import jsonable_encoder
from pydantic import Field

from mien import domain
from mien.errors import RequestError
from mien.sentences import say
from mien.store import Store
from mien.web.parts import COSTLY, Me, PartsOf
from mien.web.routes.tracks import shown
from mien.web.schemas import Asked, Given, Ok, PathId, Said, Track, plain, said

router = APIRouter(prefix="/me", tags=["me"])
_EVERYTHING = 10_000_000
_BOUND = 20.0
Offset = Annotated[float, Field(ge=-_BOUND, le=_BOUND)]


class Offsets(Given):
    """What is added to the logarithm of each emotion's probability."""

    angry: Offset
    disgust: Offset
    fear: Offset
    happy: Offset
    sad: Offset
    surprise: Offset
    neutral: Offset


class Calibration(Given):
    """What was learnt of the listener's face: numbers only."""

    offsets: Offsets
    frames: int
    artifact_version: str
    current: bool
    """Whether it was learnt with the network in use; it says nothing about another."""


class CalibrationState(Given):
    """The listener's calibration; null where there is none."""

    calibration: Calibration | None


class NewCalibration(Asked):
    """What the page learnt of the listener's face, by the artifact's rules."""

    offsets: Offsets
    frames: Annotated[int, Field(ge=0, le=1_000_000)]


@router.get("/calibration")
def get_calibration(parts: PartsOf, me: Me) -> CalibrationState:
    """What was learnt of the listener's face."""
    found = parts.store.calibrations.of(me)
    if found is None:
        return CalibrationState(calibration=None)
    return CalibrationState(
        calibration=Calibration(
            offsets=Offsets(**{str(emotion): offset for emotion, offset in found.offsets.items()}),
            frames=found.frames,
            artifact_version=found.artifact_version,
            current=found.artifact_version == parts.mien.emotion_artifact.version,
        )
    )


@router.put("/calibration")
def set_calibration(asked: NewCalibration, parts: PartsOf, me: Me) -> CalibrationState:
    """Keep what the page learnt, in place of what it learnt before."""
    offsets = {domain.Emotion(name): offset for name, offset in asked.offsets.model_dump().items()}
    version = parts.mien.emotion_artifact.version
    parts.store.calibrations.keep(me, domain.Calibration(offsets, asked.frames, version))
    return get_calibration(parts, me)


@router.delete("/calibration")
def forget_calibration(parts: PartsOf, me: Me) -> Ok:
    """Erase what was learnt of the listener's face."""
    return Ok(done=int(parts.feelings.forget_calibration(me)))


class LearnedItem(Given):
    """One thing that Mien learned of the listener."""

    name: str
    """To take it back by."""
    sentence: str
    said: Said
    track_id: int | None


class SongQuestion(Given):
    """A track whose mood is worth asking for; null where it is not the time to ask."""

    track: Track | None
    sentence: str | None
    said: Said | None


@router.get("/learned")
def list_learned(parts: PartsOf, me: Me) -> list[LearnedItem]:
    """Everything that Mien learned of the listener, in words."""
    return [
        LearnedItem(
            name=plain(item.name),
            sentence=plain(item.sentence),
            said=said(item.sentence),
            track_id=item.track_id,
        )
        for item in parts.listening.learned(me)
    ]


@router.delete("/learned")
def forget_learned(parts: PartsOf, me: Me) -> Ok:
    """Unlearn everything: listens, readings, ratings, labels and steering; account and playlists stay."""
    parts.listening.erase(me)
    return Ok()


@router.delete("/learned/{name}")
def unlearn(name: Annotated[str, PathParameter(max_length=300)], parts: PartsOf, me: Me) -> Ok:
    """Unlearn one thing, as if it had never been said or done."""
    parts.listening.take_back(me, name)
    return Ok()


@router.get("/question")
def get_question(parts: PartsOf, me: Me) -> SongQuestion:
    """A track whose mood would teach most; mostly none. Answer it with a label, or skip it."""
    question = parts.listening.ask(me)
    if question is None:
        return SongQuestion(track=None, sentence=None, said=None)
    return SongQuestion(
        track=shown(parts, me, [question.track])[0],
        sentence=plain(question.sentence),
        said=said(question.sentence),
    )


@router.delete("/question/{track_id}")
def skip_question(track_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Skip a question: this track is not asked about again."""
    parts.store.tracks.get(track_id, me)
    parts.listening.do_not_ask(me, track_id)
    return Ok()


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
    dependencies=[COSTLY],
)
def export_me(parts: PartsOf, me: Me) -> Response:
    """Everything that Mien knows of the listener, as a file; ``POST /me/imports`` takes it in again."""
    content = parts.histories.give(me, whole_paths=False) | _also_known(parts.store, me)
    text = json.dumps(
        jsonable_encoder(content)
    )  # in ASCII: a file's name may hold bytes that are no characters
    return Response(
        text,
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="mien.json"'},
    )


@router.delete("")
def forget_me(parts: PartsOf, me: Me, response: Response, really: str = "") -> Ok:
    """Erase the listener and all that is theirs, for good; ``really`` is their name, so that it is meant."""
    if really != me.name:
        raise RequestError(
            say("name_not_said", "say your name in the parameter really: this cannot be undone")
        )
    parts.store.accounts.keep_an_admin(me)
    parts.store.listeners.forget(me)
    parts.store.listeners.default()  # there is always one
    parts.access.changed()
    response.delete_cookie(parts.cookie, secure=parts.serving.secure, httponly=True, samesite="lax")
    return Ok()


def _also_known(store: Store, me: domain.Listener) -> dict[str, Any]:
    """What is kept of a listener beside what an import takes in again."""
    calibration, feeling = store.calibrations.of(me), store.feelings.of(me)
    return {
        "readings": [
            {
                "read_at": read_at,
                "emotions": dict(reading.emotion.probabilities) if reading.emotion else None,
                "certain": reading.certain,
                "reason": reading.reason,
                "frames": reading.frames,
            }
            for _, read_at, reading in store.readings.between(me, None, None, _EVERYTHING)
        ],
        "feeling": None if feeling is None else {**feeling.said, "said_at": feeling.said_at},
        "calibration": dict(calibration.offsets) if calibration else None,
        "settings": store.page_settings.of(me),
    }
