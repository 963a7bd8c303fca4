"""A real server, a real browser with a camera that shows a photograph, and music that the tests make."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stage import LYRICS, ROOT, TITLES, film, reset, scene, two_people, write_song

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUILT = ROOT / "src" / "mien" / "web" / "page" / "index.html"
CHROMIUM = Path("/usr/bin/chromium")
# Slow machines are slow, not wrong.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``mien serve`` over six songs; gives its address."""
    if not BUILT.is_file():
        pytest.skip("the page is not built: make page")
    folder = tmp_path_factory.mktemp("browser")
    music = folder / "music"
    music.mkdir()
    for number, title in enumerate(TITLES):
        write_song(music / f"{title}.wav", 110.0 * 2 ** (number / 3), 0.25 + 0.15 * number)
    (music / f"{TITLES[0]}.lrc").write_text(LYRICS, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    environment = {**kept, "MIEN_HOME": str(folder / "home"), "COLUMNS": "300", "MIEN_WORKERS": "1"}
    mien = [sys.executable, "-m", "mien"]
    subprocess.run([*mien, "scan", str(music)], env=environment, check=True, capture_output=True, timeout=300)
    log = folder / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [*mien, "serve", "--port", "0"], env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        yield _address(log)
    finally:
        process.terminate()
        process.wait(60)


def _address(log: Path) -> str:
    """What the server says when it is ready."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if found := re.search(r"http://\S+", log.read_text()):
            return found[0].rstrip("/").replace("localhost", "127.0.0.1")
        time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def smiling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who smiles, moves a little, and comes nearer."""
    frames = [scene(420 + step, 100 + step, 30) for step in [*range(0, 40, 4), *range(40, 0, -4)]]
    return film(tmp_path_factory.mktemp("film") / "smiling.mjpeg", frames)


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people side by side, equally large."""
    return film(tmp_path_factory.mktemp("film") / "two.mjpeg", [two_people()] * 8)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts Debian's Chromium, with a film for a camera or none; ``refused``: the listener says no to it."""
    if not CHROMIUM.is_file():
        pytest.skip("there is no /usr/bin/chromium: apt install chromium")
    with sync_playwright() as playwright:
        browsers: dict[tuple[Path | None, bool], Browser] = {}

        def start(camera: Path | None = None, *, refused: bool = False) -> Browser:
            kind = (camera, refused)
            if kind not in browsers:
                arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
                if camera is not None:
                    arguments += [
                        "--use-fake-device-for-media-stream",
                        "--use-fake-ui-for-media-stream" + ("=deny" if refused else ""),
                        f"--use-file-for-fake-video-capture={camera}",
                    ]
                browsers[kind] = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            return browsers[kind]

        yield start
        for browser in browsers.values():
            browser.close()


@pytest.fixture
def open_page(server: str, launch: Callable[..., Browser]) -> Iterator[Callable[..., Page]]:
    """Opens the player in a browser of its own kind; no page may log an error of its own.

    ``script`` runs before the page's own; ``beside`` opens another tab of that page's browser.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def start(
        camera: Path | None = None,
        path: str = "",
        *,
        refused: bool = False,
        script: str = "",
        beside: Page | None = None,
        **options: object,
    ) -> Page:
        if beside is None:
            context = launch(camera, refused=refused).new_context(**{"locale": "en-GB", **options})
            contexts.append(context)
            context.add_init_script(script)
        else:
            context = beside.context
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server}/{path}")
        return page

    yield start
    for context in contexts:
        reset(context.pages[0])
        context.close()
    assert errors == []
