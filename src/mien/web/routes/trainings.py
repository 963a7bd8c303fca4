"""Training the networks on the listener's own labelled pictures or songs; for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi import Path as PathParameter
from pydantic import model_validator
from starlette.responses import Response

from mien.errors import NotFoundError
from mien.sentences import say
from mien.web.files import answer_file
from mien.web.parts import Admin, PartsOf
from mien.web.schemas import Asked, Given, Ok, Said, plain, said
from mien.web.trainings import Network, Training, TrainingState, can_train

router = APIRouter(prefix="/trainings", tags=["trainings"])
TrainingId = Annotated[str, PathParameter(pattern="^[0-9a-f]{16}$")]
# The report is a page of its own with its plots in it; it runs nothing and loads nothing.
_REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


class TrainingGiven(Given):
    """A training."""

    id: str
    network: Network
    state: TrainingState
    files: dict[str, int]
    """How many examples of each label there are."""
    size_bytes: int
    begun_at: datetime
    error: str | None
    """Why it failed, in English."""
    error_said: Said | None
    """The same for a page of another language."""
    has_report: bool
    log: list[str]
    """The last lines that it said."""


class TrainingsGiven(Given):
    """All trainings."""

    possible: bool
    """Whether the server has what training needs (pip install 'mien[train]')."""
    trainings: list[TrainingGiven]


class NewTraining(Asked):
    """What to train, and the consent to send labelled files to this server."""

    network: Network
    consent: Literal[True]
    """The files are kept on this server until the training ends, and then deleted."""
    whole_pictures: bool = False
    """Whether pictures show more than a face: it is found in each first. Of no use for songs."""

    @model_validator(mode="after")
    def _pictures(self) -> NewTraining:
        if self.whole_pictures and self.network is not Network.EMOTION:
            raise ValueError("whole_pictures is for the emotion network: songs show no faces")
        return self


@router.get("")
def list_trainings(parts: PartsOf, _admin: Admin) -> TrainingsGiven:
    """All trainings, the newest first, and whether training is possible."""
    return TrainingsGiven(
        possible=can_train(), trainings=[_shown(training) for training in parts.trainings.all()]
    )


@router.post("", status_code=201)
def start_training(asked: NewTraining, parts: PartsOf, _admin: Admin) -> TrainingGiven:
    """Make room for labelled files."""
    return _shown(parts.trainings.begin(asked.network, whole_pictures=asked.whole_pictures))


@router.get("/{training_id}")
def get_training(training_id: TrainingId, parts: PartsOf, _admin: Admin) -> TrainingGiven:
    """How a training goes."""
    return _shown(parts.trainings.get(training_id))


@router.post("/{training_id}/files")
def add_training_files(
    training_id: TrainingId,
    parts: PartsOf,
    _admin: Admin,
    label: Annotated[str, Query(max_length=40)],
    files: Annotated[list[UploadFile], File(max_length=500)],
) -> TrainingGiven:
    """Send files of one label, 64 MiB at a time; each is checked before anything is done with it."""
    training = parts.trainings.get(training_id)
    for file in files:
        parts.trainings.add(training, label, file.filename or "", file.file)
    return _shown(training)


@router.post("/{training_id}/run", status_code=202)
def run_training(training_id: TrainingId, parts: PartsOf, _admin: Admin) -> TrainingGiven:
    """Train; the event ``training`` tells when it ends."""
    training = parts.trainings.get(training_id)
    parts.trainings.run(training)
    return _shown(training)


@router.post("/{training_id}/stop")
def stop_training(training_id: TrainingId, parts: PartsOf, _admin: Admin) -> TrainingGiven:
    """Stop a training; its files are deleted."""
    training = parts.trainings.get(training_id)
    parts.trainings.stop(training)
    return _shown(training)


@router.delete("/{training_id}")
def remove_training(training_id: TrainingId, parts: PartsOf, _admin: Admin) -> Ok:
    """Delete a training with all that it made."""
    parts.trainings.remove(parts.trainings.get(training_id))
    return Ok()


@router.get("/{training_id}/report", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def get_training_report(training_id: TrainingId, request: Request, parts: PartsOf, _admin: Admin) -> Response:
    """The report: curves, confusion matrix, a table of the classes."""
    training = parts.trainings.get(training_id)
    if not training.report.is_file():
        raise NotFoundError(say("no_report", "there is no report (yet)"))
    answer = answer_file(request, training.report, "text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _REPORT_CSP
    return answer


def _shown(training: Training) -> TrainingGiven:
    return TrainingGiven(
        id=training.id,
        network=training.network,
        state=training.state,
        files=dict(training.files),
        size_bytes=training.size_bytes,
        begun_at=training.begun_at,
        error=None if training.error is None else plain(training.error),
        error_said=None if training.error is None else said(training.error),
        has_report=training.report.is_file(),
        log=training.log(),
    )
