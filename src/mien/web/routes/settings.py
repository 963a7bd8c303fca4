"""What the listener sets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from mien import domain
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
    policy: domain.PolicyName = domain.PolicyName.MATCH
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
    policy: domain.PolicyName | None = None
    camera: CameraManner | None = None
    camera_when_hidden: WhenHidden | None = None
    camera_off_after_reading: bool | None = None
    camera_notice_seen: bool | None = None
    keep_readings: bool | None = None
    crossfade_s: Annotated[float | None, Field(ge=0, le=12)] = None
    level_loudness: bool | None = None
    volume: Annotated[float | None, Field(ge=0, le=1)] = None
    speed: Annotated[float | None, Field(ge=0.5, le=2)] = None


@router.get("")
def get_settings(parts: PartsOf, me: Me) -> Settings:
    """What the listener set."""
    return Settings(**parts.store.page_settings.of(me))


@router.patch("")
def change_settings(asked: SettingsChange, parts: PartsOf, me: Me) -> Settings:
    """Set something; every open page of the listener is told by the event ``settings``."""
    chosen = parts.store.page_settings.of(me) | asked.model_dump(mode="json", exclude_unset=True)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    parts.store.page_settings.save(me, chosen)
    parts.live.tell("settings", chosen, to=me)
    return Settings(**chosen)
