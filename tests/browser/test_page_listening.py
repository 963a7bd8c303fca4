"""From the camera to a song that plays, and what a listener says of songs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect
from stage import PHOTOGRAPH, SONG_S, api, barriers, film, playing, say, scene, send, until

from mien import artifacts
from mien.core import FaceReader
from mien.domain import Emotion
from mien.vision.detect import HaarDetector
from mien.vision.emotion import EmotionNetwork
from mien.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from playwright.sync_api import Page

SONGS = re.compile("Amber|Birch|Cedar|Dune|Ember|Fjord")


def test_a_smile_before_the_camera_plays_a_song_and_no_picture_leaves_the_page(
    open_page, smiling: Path
) -> None:
    page = open_page(smiling)
    sent: list[tuple[str, str, bytes]] = []
    page.context.on("request", lambda r: sent.append((r.method, r.url, r.post_data_buffer or b"")))
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.get_by_role("button", name="Look at me").click()
    expect(page.get_by_text("Everyone in view must know")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('video').length") == 0  # nothing is on before they agree
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("figure", name="What the camera sees")).to_be_visible()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    assert SONGS.search(playing(page))
    expect(page.get_by_role("figure", name="What the camera sees")).to_have_count(0)  # a glance, then off
    reading = api(page, "/readings")[0]
    assert (reading["emotion"], reading["certain"]) == ("happy", True)
    assert sockets == []
    assert {re.match(r"https?://[^/]+", url)[0] for _, url, _ in sent} == {page.evaluate("location.origin")}
    for method, url, body in sent:
        assert method == "GET" or "/api/v1/" in url
        assert len(body) < 2_000, url
        assert re.fullmatch(rb"[\x20-\x7e]*", body), url


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "near": lambda: scene(470, 90, 5),
    "dim": lambda: scene(330, 200, 100, 0.55),
    "photograph": lambda: Image.open(PHOTOGRAPH),
    "tilted": lambda: scene(470, 90, 5).rotate(17, fillcolor=(70, 74, 84)),
    "far": lambda: scene(200, 30, 250),
}


def assert_read_alike(page: Page, folder: Path, names: Iterable[str]) -> None:
    """The page reads these pictures as the server does: each probability within 0.02."""
    network = EmotionNetwork(artifacts.shipped("emotion"))
    reader = FaceReader(HaarDetector(), network, network.preprocessing.margin)
    for name in names:
        file = folder / f"{name}.png"  # without loss, so that both decode the same pixels
        PICTURES[name]().convert("RGB").save(file)
        (face,) = reader.read(read_picture(file)).faces
        before = len(api(page, "/readings"))
        page.get_by_label("Choose a picture").and_(page.locator("input")).set_input_files(file)
        until(page, "n => fetch('/api/v1/readings').then(r => r.json()).then(all => all.length > n)", before)
        seen = api(page, "/readings")[0]["probabilities"]
        for emotion, p in face.emotion.probabilities.items():
            assert seen[emotion] == pytest.approx(p, abs=0.02), (name, emotion)


def test_the_page_reads_a_picture_as_the_server_does(open_page, tmp_path: Path) -> None:
    assert_read_alike(open_page(), tmp_path, PICTURES)


def test_the_graphics_card_reads_a_picture_as_the_server_does(open_page, tmp_path: Path) -> None:
    page = open_page(graphics=True, path="#/settings")
    page.get_by_label("The graphics card, where the browser lets Mien use it").check()
    page.goto(page.url.replace("#/settings", "#/"))
    assert_read_alike(page, tmp_path, ["tilted", "far"])
    page.get_by_role("link", name="Settings").click()
    expect(
        page.get_by_text(re.compile(r"The last picture took \d+ ms, on the graphics card"))
    ).to_be_visible()


def test_a_graphics_card_that_the_browser_plays_is_not_used_unless_asked_for(
    open_page, tmp_path: Path
) -> None:
    page = open_page(graphics=True)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    assert_read_alike(page, tmp_path, ["near", "far"])
    assert [url for url in fetched if "jspi" in url] == []
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text(re.compile(r"The last picture took \d+ ms, on the processor"))).to_be_visible()


def test_in_the_dark_it_says_why_it_cannot_tell_and_guesses_nothing(open_page, tmp_path: Path) -> None:
    page = open_page(film(tmp_path / "dark.mjpeg", [scene(440, 100, 20, 0.12)] * 8))
    page.get_by_role("button", name="Look at me").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_text(re.compile("I see no face|too dark"))).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Camera off").first.click()
    expect(page.get_by_role("figure", name="What the camera sees")).to_have_count(0)


def test_without_a_camera_the_pad_does_the_same_job(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="Look at me").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("There is no camera|not allowed"))
    say(page, "calm")
    expect(page.get_by_role("heading", name="You said: calm")).to_be_visible()
    assert SONGS.search(playing(page))


def test_what_the_listener_says_stands_until_undone(open_page) -> None:
    page = open_page()
    say(page, "sad")
    playing(page)
    page.get_by_role("button", name="Not how I feel").click()
    say(page, "happy")
    expect(page.get_by_role("status").last).to_contain_text("You said: happy")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("heading", name="You said: sad")).to_be_visible()


def test_a_song_is_relabelled_in_one_press_and_back(open_page) -> None:
    page = open_page()
    say(page, "tender")
    title = playing(page)
    card = page.get_by_role("article")
    before = api(page, f"/tracks?q={title}")["tracks"][0]
    other = "angry" if before["mood"] != "angry" else "calm"
    card.get_by_role("button", expanded=False).first.click()
    card.get_by_role("button", name=other, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(f"is {other} now")
    expect(card.get_by_role("button", name=f"{other}, as you said")).to_be_visible()
    assert api(page, f"/tracks?q={title}")["tracks"][0]["mood"] == other
    page.get_by_role("button", name="Undo").last.click()
    expect(card.get_by_role("button", name=f"{other}, as you said")).to_have_count(0)
    after = api(page, f"/tracks?q={title}")["tracks"][0]
    assert (after["mood"], after["labelled"]) == (before["mood"], before["labelled"])


def test_a_banned_song_stops_and_is_gone_from_what_follows(open_page) -> None:
    page = open_page()
    say(page, "calm")
    title = playing(page)
    page.get_by_role("article").get_by_role("button", name="Never play again").click()
    expect(page.get_by_role("article").get_by_role("heading")).not_to_have_text(title)
    assert api(page, f"/tracks?q={title}")["tracks"][0]["rating"] == "ban"
    page.get_by_role("button", name="Undo").last.click()
    until(
        page,
        "t => fetch('/api/v1/tracks?q=' + t).then(r => r.json()).then(p => p.tracks[0].rating === null)",
        title,
    )


def test_it_goes_on_where_it_was_after_a_reload(open_page) -> None:
    page = open_page()
    say(page, "calm")
    title = playing(page)
    page.get_by_role("slider", name="Position in the song").fill("12")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text(title)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "document.querySelector('input[max]') && +document.querySelector('.wave input').value > 11")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_keyboard_alone_plays_seeks_and_mutes(open_page) -> None:
    page = open_page()
    say(page, "happy")
    playing(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("l")
    until(page, "+document.querySelector('.wave input').value >= 10")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next and previous song")


def test_a_song_is_asked_about_once_and_the_answer_labels_it(open_page, house: str) -> None:
    page = open_page(at=house)
    songs = api(page, "/tracks")["tracks"]
    for number in range(8):
        song = songs[number % len(songs)]
        heard = {"track_id": song["id"], "started_at": f"{datetime.now(UTC):%FT%TZ}", "played_s": SONG_S}
        send(page, "POST", "/listens", heard)
    page.reload()
    question = page.get_by_role("region", name=re.compile("^How does .* sound to you"))
    expect(question).to_be_visible()
    assert barriers(page) == []
    question.get_by_role("button", name="tender", exact=True).click()
    expect(question).to_have_count(0)
    expect(page.get_by_text("is tender now, for you")).to_be_visible()
    assert [song["mood"] for song in api(page, "/tracks")["tracks"] if song["labelled"]] == ["tender"]
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(4_000)
    expect(question).to_have_count(0)


def test_after_a_run_of_sad_songs_something_else_is_offered_and_taken_with_a_press(
    open_page, house: str
) -> None:
    page = open_page(at=house)
    song = api(page, "/tracks")["tracks"][0]["id"]
    send(page, "PUT", f"/tracks/{song}/label", {"mood": "sad"})
    sad = {name: 0.9 if name == "sad" else 0.1 / 6 for name in Emotion}
    for _ in range(4):
        send(page, "POST", "/readings", {"probabilities": sad, "certain": True, "held": "sad", "frames": 9})
        heard = {"track_id": song, "started_at": f"{datetime.now(UTC):%FT%TZ}", "played_s": SONG_S}
        send(page, "POST", "/listens", heard)
    say(page, "sad")
    offer = page.get_by_text("something tender")
    expect(offer).to_be_visible()
    expect(page.get_by_role("button", name="Match")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Go there").click()
    expect(page.get_by_role("button", name="Journey")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Where the journey ends")).to_have_value("tender")
