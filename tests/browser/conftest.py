"""A real server, a real browser with a camera that shows a photograph, and music that the tests make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from house import ask_nothing, served
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stage import ROOT, film, reset, scene, two_people

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
    with served(tmp_path_factory.mktemp("browser")) as address:
        ask_nothing(address)
        yield address


@pytest.fixture
def house(server: str, tmp_path: Path) -> Iterator[str]:
    """A server that no other test uses, once the page is known to be built."""
    del server
    with served(tmp_path) as address:
        yield address


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
    """Starts Debian's Chromium, with a film for a camera or none; ``refused``: the listener says no to it.

    ``graphics``: with a graphics card, which the browser plays on the processor.
    """
    if not CHROMIUM.is_file():
        pytest.skip("there is no /usr/bin/chromium: apt install chromium")
    with sync_playwright() as playwright:
        browsers: dict[tuple[Path | None, bool, bool], Browser] = {}

        def start(camera: Path | None = None, *, refused: bool = False, graphics: bool = False) -> Browser:
            kind = (camera, refused, graphics)
            if kind not in browsers:
                arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
                if camera is not None:
                    arguments += [
                        "--use-fake-device-for-media-stream",
                        "--use-fake-ui-for-media-stream" + ("=deny" if refused else ""),
                        f"--use-file-for-fake-video-capture={camera}",
                    ]
                if graphics:
                    arguments += ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
                    arguments += ["--enable-features=Vulkan"]
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
        graphics: bool = False,
        script: str = "",
        beside: Page | None = None,
        at: str | None = None,
        **options: object,
    ) -> Page:
        if beside is None:
            context = launch(camera, refused=refused, graphics=graphics).new_context(
                **{"locale": "en-GB", **options}
            )
            contexts.append(context)
            context.add_init_script(script)
        else:
            context = beside.context
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{at or server}/{path}")
        return page

    yield start
    for context in contexts:
        if context.pages[0].url.startswith(server):  # others have a server of their own, which is gone
            reset(context.pages[0])
        context.close()
    assert errors == []
