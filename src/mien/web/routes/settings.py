"""What the listener sets."""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from mien import domain
from mien.errors import RequestError
from mien.recommend.preferences import LARGEST_WEIGHT, Preferences
from mien.recommend.rank import PARTS
from mien.sentences import say
from mien.web.parts import Me, PartsOf
from mien.web.schemas import Asked, Given

router = APIRouter(prefix="/me/settings", tags=["settings"])


class Theme(StrEnum):
    """How the page looks."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class CameraManner(StrEnum):
    """When the camera is on, once the listener has switched it on."""

    GLANCE = "glance"
    CONTINUOUS = "continuous"


class WhenHidden(StrEnum):
    """What the camera does while the page is hidden."""

    PAUSE = "pause"
    OFF = "off"


Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


class Settings(Given):
    """What the listener set, and what holds where they did not."""

    theme: Theme = Theme.SYSTEM
    language: str | None = None
    """None: as the browser says."""
    camera: CameraManner = CameraManner.GLANCE
    camera_when_hidden: WhenHidden = WhenHidden.PAUSE
    camera_off_after_reading: bool = True
    camera_notice_seen: bool = False
    """Whether they were told that everyone in view must know."""
    keep_readings: bool = True
    crossfade_s: float = 0.0
    level_loudness: bool = True
    volume: float = 1.0
    speed: float = 1.0


class SettingsChange(Asked):
    """What to set; what is not named stays."""

    theme: Theme | None = None
    language: Language | None = None
    camera: CameraManner | None = None
    camera_when_hidden: WhenHidden | None = None
    camera_off_after_reading: bool | None = None
    camera_notice_seen: bool | None = None
    keep_readings: bool | None = None
    crossfade_s: Annotated[float | None, Field(ge=0, le=12)] = None
    level_loudness: bool | None = None
    volume: Annotated[float | None, Field(ge=0, le=1)] = None
    speed: Annotated[float | None, Field(ge=0.5, le=2)] = None


class Steering(Given):
    """How recommendations are made for the listener."""

    policy: domain.PolicyName
    table: dict[domain.Emotion, dict[domain.Mood, float]]
    """Their own table, a row for each emotion that they set; the policy ``own`` uses it."""
    weights: dict[str, float]
    """How much each part of the ranking counts."""
    parts: dict[str, str]
    """What each part means."""
    exploration: float
    """The chance that a place in a list goes to a song they never heard."""
    guard: bool
    """Whether something else may be offered after a run of sad songs with sad readings."""
    questions: bool
    """Whether the mood of a song may be asked for now and then."""
    learn_together: bool
    """Whether they take part in learning from each other."""


Weight = Annotated[float, Field(ge=-LARGEST_WEIGHT, le=LARGEST_WEIGHT)]
Share = Annotated[float, Field(ge=0, le=1_000)]


class SteeringChange(Asked):
    """What to set; what is not named stays."""

    policy: domain.PolicyName | None = None
    table: dict[domain.Emotion, dict[domain.Mood, Share]] | None = None
    """Rows to set; an empty row is taken back."""
    weights: dict[Annotated[str, Field(max_length=40)], Weight] | None = None
    """Those to set."""
    exploration: Annotated[float | None, Field(ge=0, le=1)] = None
    guard: bool | None = None
    questions: bool | None = None
    learn_together: bool | None = None


@router.get("")
def get_settings(parts: PartsOf, me: Me) -> Settings:
    """What the listener set of the page."""
    return Settings(**parts.store.page_settings.of(me))


@router.patch("")
def change_settings(asked: SettingsChange, parts: PartsOf, me: Me) -> Settings:
    """Set something; every open page of the listener is told by the event ``settings``."""
    chosen = parts.store.page_settings.of(me) | asked.model_dump(mode="json", exclude_unset=True)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    parts.store.page_settings.save(me, chosen)
    parts.live.tell("settings", chosen, to=me)
    return Settings(**chosen)


@router.get("/steering")
def get_steering(parts: PartsOf, me: Me) -> Steering:
    """How recommendations are made for the listener."""
    preferences = parts.listening.preferences(me)
    return Steering(
        policy=preferences.policy,
        table={emotion: dict(row) for emotion, row in preferences.table.items()},
        weights=asdict(preferences.weights),
        parts=dict(PARTS),
        exploration=preferences.exploration,
        guard=preferences.guard,
        questions=preferences.questions,
        learn_together=parts.store.collaborators.has(me),
    )


@router.patch("/steering")
def change_steering(asked: SteeringChange, parts: PartsOf, me: Me) -> Steering:
    """Set how recommendations are made; the next queue is made so."""
    before = parts.listening.preferences(me)
    given = asked.model_dump(exclude_none=True, exclude={"table", "weights", "learn_together"})
    preferences = replace(before, **given)
    for emotion, row in (asked.table or {}).items():
        preferences = preferences.with_row(emotion, row)
    if asked.weights:
        unknown = set(asked.weights) - set(asdict(before.weights))
        if unknown:
            raise RequestError(say("no_weight", "there is no weight {name!r}", name=min(unknown)))
        preferences = replace(preferences, weights=replace(before.weights, **asked.weights))
    parts.listening.prefer(me, preferences)
    if asked.learn_together is not None:
        (parts.store.collaborators.agree if asked.learn_together else parts.store.collaborators.leave)(me)
    return get_steering(parts, me)


@router.delete("/steering")
def reset_steering(parts: PartsOf, me: Me) -> Steering:
    """Set all of it back to what it is for everyone."""
    parts.listening.prefer(me, Preferences())
    return get_steering(parts, me)
