"""The camera's manners: whom to read, hidden pages, a camera that goes, and what was learnt of a face."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from stage import SONG_S, api, barriers, playing, position, say, send, title, two_people, until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

# Keeps the camera's stream at hand, so that a test can do to it what pulling its plug does.
KEEP_STREAM = """
const media = navigator.mediaDevices;
const ask = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => (window.stream = await ask(wanted));
"""
# A camera whose switch is closed: it is there, and shows nothing new.
STILL_CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 480});
  canvas.getContext('2d').fillRect(0, 0, 640, 480);
  return canvas.captureStream(0);
};
"""


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of a size, whatever its rows hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def preview(page: Page) -> Locator:
    return page.get_by_role("figure", name="What the camera sees")


def look(page: Page) -> None:
    """Press the camera's button, for the first time."""
    page.get_by_role("button", name=re.compile("Look at me|Keep looking")).click()
    page.get_by_role("button", name="I understand, look").click()


def watch(page: Page, **settings: str) -> None:
    """Let the camera stay on, and wait for the first emotion."""
    send(page, "PATCH", "/me/settings", {"camera": "continuous", **settings})
    page.reload()
    look(page)
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)


def hide(page: Page) -> None:
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def show(page: Page) -> None:
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")


def test_a_camera_that_is_unplugged_is_noticed_and_the_music_goes_on(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    watch(page)
    playing(page)
    passed_ms = page.evaluate(
        """async () => {
          const began = performance.now();
          window.stream.getTracks()[0].dispatchEvent(new Event('ended'));
          while (!document.querySelector('[role=alert]')) await new Promise(requestAnimationFrame);
          return performance.now() - began;
        }"""
    )
    assert passed_ms < 2_000
    expect(page.get_by_role("alert")).to_contain_text("Plug it in and look again")
    expect(preview(page)).to_have_count(0)
    expect(page.get_by_role("group", name="Where are you?")).to_be_visible()
    playing(page)


def test_a_camera_that_shows_nothing_new_is_not_read_for_ever(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=STILL_CAMERA)
    look(page)
    expect(page.get_by_role("alert")).to_contain_text("shows nothing new", timeout=90_000)
    expect(preview(page)).to_have_count(0)


def test_a_camera_that_is_refused_is_explained_and_the_pad_does_the_same(open_page, smiling: Path) -> None:
    page = open_page(smiling, refused=True)
    look(page)
    expect(page.get_by_role("alert")).to_contain_text("The camera was not allowed")
    say(page, "calm")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("heading", name="You said: calm")).to_be_visible()
    playing(page)


def test_without_https_it_says_how_to_come_by_it_and_the_pad_does_the_same(open_page) -> None:
    page = open_page(script="Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.get_by_role("button", name="Look at me").click()
    expect(page.get_by_role("alert")).to_contain_text("The camera needs HTTPS")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="How to do that").click()
    expect(opened.value.get_by_text("mien serve --host 0.0.0.0 --https").first).to_be_visible()
    say(page, "calm")
    playing(page)


@pytest.mark.parametrize("hand", ["pointer", "keyboard"])
def test_of_several_people_it_asks_whom_to_read(open_page, two: Path, hand: str) -> None:
    page = open_page(two)
    look(page)
    expect(page.get_by_text("2 people are in view")).to_be_visible(timeout=90_000)
    assert api(page, "/me/feeling")["feeling"] is None
    expect(page.get_by_role("article")).to_have_count(0)  # nothing is planned for nobody
    if hand == "pointer":
        page.get_by_role("button", name="Person 2").click()
    else:
        page.keyboard.press("2")
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    playing(page)


def test_a_picture_of_several_people_asks_too(open_page, tmp_path: Path) -> None:
    page = open_page()
    two_people().save(tmp_path / "two.png")
    page.get_by_label("Choose a picture").and_(page.locator("input")).set_input_files(tmp_path / "two.png")
    expect(page.get_by_role("figure", name="The picture you chose")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Person 1").click()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible()
    expect(page.get_by_role("figure", name="The picture you chose")).to_have_count(0)
    playing(page)


def test_in_a_hidden_page_reading_pauses_and_says_so_while_music_goes_on(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    watch(page)
    playing(page)
    hide(page)
    until(page, "window.stream.getTracks()[0].readyState === 'ended'")
    until(page, "document.title.startsWith('Reading pauses')")
    expect(preview(page)).to_have_count(0)
    playing(page)
    show(page)
    expect(preview(page)).to_be_visible()
    until(page, "!document.title.startsWith('Reading pauses')")


def test_the_camera_stays_off_after_a_hidden_page_where_the_listener_chose_so(
    open_page, smiling: Path
) -> None:
    page = open_page(smiling)
    watch(page, camera_when_hidden="off")
    hide(page)
    expect(preview(page)).to_have_count(0)
    show(page)
    expect(page.get_by_text("The camera went off while the page was hidden")).to_be_visible()
    expect(page.get_by_role("button", name="Keep looking")).to_be_visible()
    expect(preview(page)).to_have_count(0)


def off(page: Page) -> None:
    """Wait until the camera is off; the page was opened with ``KEEP_STREAM``."""
    until(page, "window.stream.getTracks()[0].readyState === 'ended'")
    expect(preview(page)).to_have_count(0)


def test_a_camera_that_is_on_goes_off_when_it_shall_never_look(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    watch(page)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("radio", name="Never: I say it myself").check()
    off(page)


def test_a_camera_that_is_on_goes_off_when_another_device_chooses_a_glance(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    watch(page)
    send(page, "PATCH", "/me/settings", {"camera": "glance"})
    off(page)


def test_other_choices_leave_the_camera_on(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    watch(page)
    page.get_by_role("button", name="Lift").click()
    send(page, "PATCH", "/me/settings", {"theme": "dark"})
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("window.stream.getTracks()[0].readyState") == "live"


def test_a_resting_face_is_learnt_in_a_minute_on_whichever_page(open_page, smiling: Path) -> None:
    page = open_page(smiling, path="#/settings", script=KEEP_STREAM)
    read = api(page, "/readings")
    page.get_by_role("button", name="Learn my resting face").click()
    page.get_by_role("button", name="I understand, look").click()  # and nothing but learning follows
    expect(preview(page)).to_be_visible(timeout=90_000)
    expect(page.get_by_text(re.compile(r"Keep looking, at rest: [1-5]\d s"))).to_be_visible()
    page.get_by_role("link", name="Journal").click()
    expect(page.get_by_role("button", name="Camera on")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text(re.compile(r"Keep looking, at rest: \d+ s"))).to_be_visible()
    expect(page.get_by_role("button", name="Learn my resting face")).to_have_count(0)
    expect(page.get_by_role("status").last).to_contain_text("Mien knows your resting face", timeout=120_000)
    off(page)
    learnt = api(page, "/me/calibration")["calibration"]
    assert learnt["frames"] > 100
    assert learnt["offsets"]["happy"] < 0 < learnt["offsets"]["neutral"]  # whose rest looks like a smile
    assert api(page, "/readings") == read


def test_learning_that_is_broken_off_changes_nothing_and_says_so(open_page, smiling: Path) -> None:
    page = open_page(smiling, script=KEEP_STREAM)
    offsets = dict.fromkeys(("angry", "disgust", "fear", "happy", "surprise", "neutral"), 0.0)
    send(page, "PUT", "/me/calibration", {"offsets": {**offsets, "sad": 20.0}, "frames": 40})
    page.reload()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Learn my resting face").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_text("Keep looking, at rest")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").last).to_contain_text("nothing has changed")
    off(page)
    page.get_by_role("button", name="Learn my resting face").click()
    expect(page.get_by_text("Keep looking, at rest")).to_be_visible(timeout=90_000)
    hide(page)
    off(page)
    show(page)
    assert not page.title().startswith("Reading pauses")
    expect(page.get_by_role("button", name="Learn my resting face")).to_be_visible()
    page.get_by_role("link", name="Now").click()
    page.get_by_role("button", name="Look at me").click()
    expect(page.get_by_role("heading", name="A sad expression")).to_be_visible(timeout=90_000)


def test_learning_without_a_camera_says_what_is_missing(open_page) -> None:
    page = open_page(path="#/settings")
    page.get_by_role("button", name="Learn my resting face").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("There is no camera|not allowed"))


def test_a_small_file_that_would_unpack_to_gigabytes_is_not_unpacked(open_page, tmp_path: Path) -> None:
    page = open_page()
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of(40_000, 40_000, bytes(20_000_000)))
    page.get_by_label("Choose a picture").and_(page.locator("input")).set_input_files(bomb)
    expect(page.get_by_role("status").last).to_contain_text("is not a picture that this browser")
    expect(page.locator("button", has_text="Choose a picture")).to_be_enabled()


def test_a_new_reading_changes_what_follows_and_never_stops_the_song(open_page, smiling: Path) -> None:
    page = open_page(smiling)
    say(page, "sad")
    song = playing(page)
    page.get_by_role("button", name="Follow my face again").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("What comes next follows your mood; this song plays on")).to_be_visible()
    assert playing(page) == song


def test_the_camera_glances_before_the_next_choice_and_goes_off_again(open_page, smiling: Path) -> None:
    page = open_page(smiling)
    look(page)
    playing(page)
    expect(preview(page)).to_have_count(0)
    read = len(api(page, "/readings"))
    position(page).fill(str(SONG_S - 13))
    expect(preview(page)).to_be_visible()
    expect(preview(page)).to_have_count(0)
    until(page, "n => fetch('/api/v1/readings').then(r => r.json()).then(all => all.length > n)", read)


def test_a_face_is_read_as_it_was_learnt_from_the_first_look_on(open_page, smiling: Path) -> None:
    page = open_page(smiling)
    offsets = dict.fromkeys(("angry", "disgust", "fear", "happy", "surprise", "neutral"), 0.0)
    send(page, "PUT", "/me/calibration", {"offsets": {**offsets, "sad": 20.0}, "frames": 40})
    page.reload()
    look(page)
    expect(page.get_by_role("heading", name="A sad expression")).to_be_visible(timeout=90_000)


def test_not_how_i_feel_overrides_at_once_teaches_lasts_and_is_undone(open_page, smiling: Path) -> None:
    page = open_page(smiling)
    look(page)
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    before = playing(page)
    page.get_by_role("button", name="Not how I feel").click()
    say(page, "sad")
    expect(page.get_by_role("heading", name="You said: sad")).to_be_visible()
    expect(title(page)).not_to_have_text(before)  # another song, at once
    expect(page.get_by_role("status")).to_contain_text("reads your face a little differently")
    learnt = api(page, "/me/calibration")["calibration"]["offsets"]
    assert learnt["sad"] > 0 > learnt["happy"]
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible()
    expect(title(page)).to_have_text(before)
    until(page, "fetch('/api/v1/me/calibration').then(r => r.json()).then(c => c.calibration === null)")


def test_what_the_listener_said_lasts_over_a_reload_and_on_every_page(open_page) -> None:
    page = open_page()
    other = open_page()
    say(page, "tender")
    expect(page.get_by_role("heading", name="You said: tender")).to_be_visible()
    expect(other.get_by_role("heading", name="You said: tender")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="You said: tender")).to_be_visible()
    assert api(page, "/me/feeling")["feeling"]["mood"] == "tender"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_of_camera_and_player_has_a_barrier_that_axe_can_find(
    open_page, two: Path, theme: str
) -> None:
    page = open_page(two, color_scheme=theme, reduced_motion="reduce")
    found = {"off": barriers(page)}
    page.get_by_role("button", name="Look at me").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["consent"] = barriers(page)
    page.get_by_role("button", name="I understand, look").click()
    page.get_by_role("button", name="Person 1").click(timeout=90_000)
    found["on"] = barriers(page)
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    playing(page)
    page.get_by_role("button", name="Not how I feel").click()
    for part in ("Why this song?", "Lyrics"):
        page.get_by_role("article").get_by_role("button", name=part).click()
    page.get_by_role("article").get_by_role("button", expanded=False).first.click()
    found["open"] = barriers(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("combobox", name="Sleep timer").select_option("end")
    found["drawer"] = barriers(page)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next and previous song")
    found["keys"] = barriers(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
