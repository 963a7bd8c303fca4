"""What the browser tests set before the player: songs, films for the camera, and what the server knows."""

from __future__ import annotations

import io
import json
import re
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PHOTOGRAPH = ROOT / "src" / "mien" / "demo" / "photograph.jpg"
LYRICS = "[00:00.00]Amber light\n[00:08.00]on the floor\n[00:16.00]and out of the door\n"
WORDS = "Silver bark\nin the evening"
SONG_S = 30.0  # long enough for a glance before its end
TITLES = ("Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord")
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
PAGES = (
    "now",
    "library",
    "library/moods",
    "library/artists",
    "library/albums",
    "map",
    "playlists",
    "playlists/smart",
    "journal",
    "settings/general",
    "settings/choosing",
    "settings/learned",
    "settings/account",
    "settings/listeners",
    "settings/training",
    "welcome",
)


def write_song(path: Path, root_hz: float, beats_s: float, seconds: float = SONG_S) -> None:
    """A chord that is struck again and again."""
    rate = 22_050
    t = np.arange(int(seconds * rate)) / rate
    strike = np.exp(-4 * (t % beats_s))
    chord = sum(np.sin(2 * np.pi * root_hz * ratio * t) for ratio in (1.0, 1.25, 1.5))
    samples = (0.2 * strike * chord * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def film(path: Path, frames: list[Image.Image]) -> Path:
    """A film of JPEG pictures, as Chromium takes it for a camera."""
    with path.open("wb") as file:
        for frame in frames:
            packed = io.BytesIO()
            frame.save(packed, "JPEG", quality=92)
            file.write(packed.getvalue())
    return path


def scene(side: int, left: int, top: int, light: float = 1.0) -> Image.Image:
    """The photograph somewhere in a camera's picture."""
    picture = Image.new("RGB", (640, 480), (70, 74, 84))
    with Image.open(PHOTOGRAPH) as photograph:
        picture.paste(photograph.convert("RGB").resize((side, side)), (left, top))
    return picture.point(lambda level: int(level * light))


def two_people() -> Image.Image:
    """The photograph twice, side by side."""
    picture = Image.new("RGB", (640, 480), (70, 74, 84))
    with Image.open(PHOTOGRAPH) as photograph:
        person = photograph.convert("RGB")
        picture.paste(person.resize((300, 300)), (10, 60))
        picture.paste(person.resize((290, 290)), (330, 80))
    return picture


def send(page: Page, method: str, path: str, body: object = None) -> Any:
    """Ask the server for something as the page does; its answer."""
    return page.evaluate(
        "([method, path, body]) => fetch('/api/v1' + path, {method, headers: {'Content-Type': "
        "'application/json'}, body: body === null ? null : JSON.stringify(body)}).then(r => r.json())",
        [method, path, body],
    )


def reset(page: Page) -> None:
    """Take back what a test may leave with the listener whom all tests share."""
    send(page, "DELETE", "/me/feeling")
    send(page, "DELETE", "/me/calibration")
    send(page, "PATCH", "/me/settings/steering", {"policy": "match"})
    send(
        page, "PATCH", "/me/settings", {"camera": "glance", "camera_when_hidden": "pause", "theme": "system"}
    )


def say(page: Page, mood: str) -> None:
    """Press a mood on the pad."""
    page.get_by_role("group", name="Where are you?").get_by_role("button", name=mood, exact=True).click()


def playing(page: Page) -> str:
    """The song that plays, once one does."""
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    return title(page).inner_text()


def title(page: Page) -> Locator:
    """The song on the card."""
    return page.get_by_role("article").get_by_role("heading")


def position(page: Page) -> Locator:
    """The slider that shows how far the song is."""
    return page.get_by_role("slider", name="Position in the song")


def barriers(page: Page) -> list[tuple[str, str, str]]:
    """What axe finds wrong with the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], node["html"][:120], node["failureSummary"][:160])
        for one in result["violations"]
        for node in one["nodes"]
    ]


def api(page: Page, path: str) -> Any:
    """What the server answers the page."""
    return json.loads(page.evaluate("path => fetch('/api/v1' + path).then(r => r.text())", path))


def until(page: Page, expression: str, arg: object = None, timeout_s: float = 60.0) -> None:
    """Wait until something holds in the page, whose policy forbids Playwright's own way of asking again."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never came true: {expression}"
        page.wait_for_timeout(100)


def go(page: Page, name: str) -> None:
    """Go to a page and wait until it is all there."""
    page.goto(page.url.split("#")[0] + f"#/{name}")
    expect(page.locator("main").get_by_role("heading").first).to_be_visible()
    expect(page.get_by_text(re.compile("^(Loading|Lädt)…$"))).to_have_count(0)
