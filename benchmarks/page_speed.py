"""How fast the page is, in a browser without a GPU, on the same machine as its server.

    python benchmarks/page_speed.py [--songs 100000] [--rounds 3]

It makes a library of made-up songs (all of them one tone of twenty seconds) in a folder of its own, starts
``mien serve`` on it, and drives Debian's Chromium with a film of the demo's photograph for a camera. Printed
are the median and the best of the rounds, with the machine's load beside them. On a machine that does other
things the clock measures those too: then the best round, the quickest reading and the processor time of the
page's main thread are nearer to what a listener would see.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from recommend_speed import fill, made_columns
from sqlalchemy import bindparam, update

from mien.config import load_settings
from mien.core import Mien
from mien.store.schema import tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, CDPSession, Page

PHOTOGRAPH = Path(__file__).parents[1] / "src" / "mien" / "demo" / "photograph.jpg"
CHROMIUM = "/usr/bin/chromium"
SONG_S = 20.0
RATE_HZ = 44_100
MOST_LINKS = 30_000
WATCHED_S = 6
MOVED_S = 4

# What is measured is noted in the page itself, when it happens.
NOTES = """
window.noted = {readings: 0, reading_ms: []};
const note = name => (window.noted[name] ??= performance.now());
addEventListener('click', event => {
  if (event.target.closest('button')?.textContent.match(/Look at me|Keep looking/)) note('pressed');
}, true);
new MutationObserver(() => {
  if (document.querySelector('figure .bar')) note('shown');
  if (document.querySelector('h1')?.textContent.includes('expression')) note('certain');
}).observe(document, {subtree: true, childList: true, characterData: true});
new PerformanceObserver(list => (window.noted.painted = list.getEntries().at(-1).startTime))
  .observe({type: 'largest-contentful-paint', buffered: true});
window.Worker = new Proxy(window.Worker, {
  construct(kind, given) {
    const made = new kind(...given);
    made.addEventListener('message', ({data}) => {
      if (data.kind !== 'seen') return;
      window.noted.readings++;
      window.noted.reading_ms.push(data.seen.took_ms);
    });
    return made;
  },
});
// Of what goes to the loudspeakers: when the first sound came, and the longest silence, in samples, since
// `window.listening` was set.
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && !window.ear) {
    window.ear = this.context.createScriptProcessor(256, 1, 1);
    window.silence = {now: 0, longest: 0};
    window.ear.onaudioprocess = ({inputBuffer}) => {
      for (const sample of inputBuffer.getChannelData(0)) {
        const {silence} = window;
        silence.now = Math.abs(sample) < 1e-4 ? silence.now + 1 : 0;
        if (!silence.now) note('heard');
        if (window.listening) silence.longest = Math.max(silence.longest, silence.now);
      }
    };
    connect.call(this, window.ear);
    connect.call(window.ear, to);
  }
  return connect.call(this, to, ...rest);
};
"""
FRAMES = """async ([seconds, doing]) => {
  const canvas = document.querySelector('canvas');
  const act = {
    nothing: () => {},
    zoom: i => canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: i % 40 < 20 ? -60 : 60, bubbles: true,
      cancelable: true, clientX: innerWidth / 2, clientY: innerHeight / 2})),
    pan: i => canvas.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true,
      key: i % 20 < 10 ? 'ArrowRight' : 'ArrowLeft'})),
  }[doing];
  const began = performance.now();
  let frames = 0;
  while (performance.now() - began < seconds * 1000) {
    act(frames++);
    await new Promise(requestAnimationFrame);
    await new Promise(then => setTimeout(then)); // else the next move would come before this one is drawn
  }
  return frames / ((performance.now() - began) / 1000);
}"""


def main() -> None:
    """Make the library, drive the browser and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=MEASURES, nargs="*", default=list(MEASURES))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_library(home, asked.songs)
        camera = film(home / "smile.mjpeg")
        with serving(home) as url, browser(camera) as chromium:
            print(f"{asked.songs:,} songs, {asked.rounds} rounds; load average {load()}", flush=True)
            for name in asked.only:
                report(name, [MEASURES[name](chromium, url) for _ in range(asked.rounds)])


def report(name: str, rounds: list[dict[str, float]]) -> None:
    """One line a figure: the median, the best, and the load."""
    for figure in rounds[0]:
        values = [one[figure] for one in rounds]
        best = max(values) if "a second" in figure else min(values)
        middle = statistics.median(values)
        print(f"{name}: {figure}: median {middle:.2f}, best {best:.2f}; load {load()}", flush=True)


def painting(chromium: Browser, url: str) -> dict[str, float]:
    """Largest contentful paint, of a first visit and of one whose files are kept."""
    seen = {}
    for place in ("now", "library"):
        with opened(chromium, f"{url}#/{place}") as (page, session):
            for visit in ("first", "next"):
                if visit == "next":
                    page.reload()
                page.wait_for_timeout(3_000)  # what is painted later than this is too late anyhow
                seen[f"largest paint of #/{place}, {visit} visit, s"] = noted(page, "painted") / 1000
                name = f"main thread's processor time, #/{place}, {visit} visit, s"
                seen[name] = counted(session, "TaskDuration")
    return seen


def looking(chromium: Browser, url: str) -> dict[str, float]:
    """From the press to the first emotion, and from a certain emotion to the first sound; networks kept."""
    with opened(chromium, url) as (page, _):
        page.get_by_role("button", name="Look at me").click()
        page.get_by_role("button", name="I understand, look").click()
        wait(page, "heard")
        # As on another day: what plays and what was read is not kept, the consent and the networks are.
        page.evaluate(
            "Storage.prototype.setItem = () => {};"
            "for (const kept of ['player', 'moment']) localStorage.removeItem(`mien.${kept}`)"
        )
        page.reload()
        page.wait_for_timeout(2_000)
        before_s = spent(chromium)
        page.get_by_role("button", name="Look at me").click()
        wait(page, "shown")
        shown_s = spent(chromium)
        wait(page, "heard")
        heard_s = spent(chromium)
        at = {name: noted(page, name) for name in ("pressed", "shown", "certain", "heard")}
    return {
        "press to first emotion shown, s": (at["shown"] - at["pressed"]) / 1000,
        "press to certain emotion, s": (at["certain"] - at["pressed"]) / 1000,
        "certain emotion to first sound, s": (at["heard"] - at["certain"]) / 1000,
        "processor time from press to first emotion, s": shown_s - before_s,
        "processor time from there to the first sound, s": heard_s - shown_s,
    }


def watching(chromium: Browser, url: str) -> dict[str, float]:
    """Readings and frames a second while the camera stays on and a song plays."""
    with opened(chromium, url) as (page, session):
        settings(page, "continuous")
        page.reload()
        page.get_by_role("button", name="Keep looking").click()
        page.get_by_role("button", name="I understand, look").click()
        wait(page, "heard")
        page.wait_for_timeout(1_000)
        before, before_s = noted(page, "readings"), spent(chromium)
        began_s = counted(session, "TaskDuration")
        frames = page.evaluate(FRAMES, [WATCHED_S, "nothing"])
        readings = (noted(page, "readings") - before) / WATCHED_S
        spent_s = spent(chromium) - before_s
        busy = (counted(session, "TaskDuration") - began_s) / WATCHED_S
        took_ms = page.evaluate("window.noted.reading_ms.slice(3)")
        settings(page, "glance")
    return {
        "readings of 640x480 a second": readings,
        "page's frames a second meanwhile": frames,
        "main thread busy, share": busy,
        "processor time of page and worker for a reading, ms": 1000 * spent_s / (readings * WATCHED_S),
        "one reading in the worker, median, ms": statistics.median(took_ms),
        "one reading in the worker, the quickest tenth, ms": float(np.quantile(took_ms, 0.1)),
    }


def mapping(chromium: Browser, url: str) -> dict[str, float]:
    """Frames a second while the map is zoomed and moved."""
    with opened(chromium, f"{url}#/map") as (page, session):
        page.get_by_role("application").wait_for()
        until(page, "/[1-9]/.test(document.querySelector('[role=application]').getAttribute('aria-label'))")
        page.wait_for_timeout(500)
        seen: dict[str, float] = {}
        for doing in ("zoom", "pan"):
            began_s = counted(session, "TaskDuration")
            rate = page.evaluate(FRAMES, [MOVED_S, doing])
            spent_ms = 1000 * (counted(session, "TaskDuration") - began_s) / (rate * MOVED_S)
            seen |= {f"{doing}, frames a second": rate, f"{doing}, processor time of a frame, ms": spent_ms}
    return seen


def following(chromium: Browser, url: str) -> dict[str, float]:
    """The silence between two songs that follow each other."""
    with opened(chromium, url) as (page, _):
        page.get_by_role("group", name="Where are you?").get_by_role(
            "button", name="calm", exact=True
        ).click()
        wait(page, "heard")
        title = page.get_by_role("article").get_by_role("heading").inner_text()
        page.get_by_role("slider", name="Position in the song").fill(str(SONG_S - 4))
        page.wait_for_timeout(1_500)
        page.evaluate("window.listening = true")
        until(page, "t => document.querySelector('article h2').textContent !== t", title)
        page.wait_for_timeout(1_500)
        samples = page.evaluate("window.silence.longest")
        page.evaluate("fetch('/api/v1/me/feeling', {method: 'DELETE'}).then(() => 0)")
    return {"silence between songs, ms": 1000 * samples / RATE_HZ}


MEASURES = {
    "opening": painting,
    "looking": looking,
    "watching": watching,
    "map": mapping,
    "playing": following,
}


def make_library(home: Path, songs: int) -> None:
    """Made-up songs in the store, each with a file of its own name."""
    music = home / "music"
    music.mkdir()
    for number in range(1, songs + 1):
        file = music / f"{number}.wav"
        if number % MOST_LINKS == 1:  # a file system lets a file have so many names
            tone = file
            write_tone(tone)
        else:
            file.hardlink_to(tone)
    columns = made_columns(songs)
    columns = replace(columns, durations_s=np.full(songs, SONG_S, np.float32))
    with Mien(load_settings({"home": home}, environment={}, file=home / "none")) as mien:
        fill(mien.store, columns)
        place = update(tracks).where(tracks.c.id == bindparam("number")).values(path=bindparam("file"))
        files = [{"number": n, "file": music / f"{n}.wav"} for n in range(1, songs + 1)]
        with mien.store._database.writing() as connection:  # noqa: SLF001  (nothing else moves so many)
            connection.execute(place, files)


def write_tone(path: Path) -> None:
    """A tone without a pause, so that every silence is the player's."""
    t = np.arange(round(SONG_S * RATE_HZ)) / RATE_HZ
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        out.writeframes((9_000 * np.sin(2 * np.pi * 330 * t)).astype("<i2").tobytes())


def film(path: Path) -> Path:
    """Somebody who smiles and moves a little, as Chromium takes it for a camera."""
    with Image.open(PHOTOGRAPH) as photograph, path.open("wb") as file:
        person = photograph.convert("RGB")
        for step in [*range(0, 40, 4), *range(40, 0, -4)]:
            frame = Image.new("RGB", (640, 480), (70, 74, 84))
            frame.paste(person.resize((420 + step, 420 + step)), (100 + step, 30))
            packed = io.BytesIO()
            frame.save(packed, "JPEG", quality=92)
            file.write(packed.getvalue())
    return path


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """``mien serve`` on the library; its address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    environment = {**kept, "MIEN_HOME": str(home), "COLUMNS": "300"}
    log = home / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "mien", "serve", "--port", "0"],
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        while not (found := re.search(r"http://\S+", log.read_text())):
            if process.poll() is not None:
                sys.exit(f"the server did not start: {log.read_text()}")
            time.sleep(0.2)
        yield found[0].replace("localhost", "127.0.0.1")
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def browser(camera: Path) -> Iterator[Browser]:
    """Chromium with a film for a camera."""
    arguments = [
        "--no-sandbox",
        "--autoplay-policy=no-user-gesture-required",
        "--mute-audio",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@contextmanager
def opened(chromium: Browser, url: str) -> Iterator[tuple[Page, CDPSession]]:
    """A page in a context of its own, that notes what happens in it; and the browser's counts of it."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    context.add_init_script(NOTES)
    page = context.new_page()
    page.set_default_timeout(120_000)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(url)
    yield page, session
    context.close()


def spent(chromium: Browser) -> float:
    """Processor time of all the browser's pages and their workers so far, in seconds."""
    session = chromium.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(one["cpuTime"] for one in processes if one["type"] == "renderer"))


def counted(session: CDPSession, name: str) -> float:
    """One of the browser's counts of a page; times are of its main thread's processor time, in seconds."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == name))


def noted(page: Page, name: str) -> float:
    """What the page noted under a name."""
    return float(page.evaluate("name => window.noted[name] ?? NaN", name))


def wait(page: Page, name: str) -> None:
    """Wait until the page noted it."""
    until(page, "name => name in window.noted", name)


def until(page: Page, expression: str, arg: object = None, timeout_s: float = 120.0) -> None:
    """Wait until something holds; the page's policy forbids Playwright's own way of asking again."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(expression, arg):
        if time.monotonic() > end:
            sys.exit(f"never came true: {expression}")
        page.wait_for_timeout(100)


def settings(page: Page, camera: str) -> None:
    """Choose how the camera looks."""
    page.evaluate(
        "camera => fetch('/api/v1/me/settings', {method: 'PATCH', headers: {'Content-Type': "
        "'application/json'}, body: JSON.stringify({camera})}).then(() => 0)",
        camera,
    )


def load() -> str:
    """The machine's load over the last minute, and how many processors share it."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


if __name__ == "__main__":
    main()
